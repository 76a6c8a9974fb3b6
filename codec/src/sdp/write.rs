//! The writer: lines in the order of RFC 8866 5, ended by CRLF.

use core::fmt::{self, Write};

use super::read::rank;
use super::{Connection, Line, Media, Origin, SessionDescription};

/// Lines of these types stand before c=, the others behind b= and t=.
const BEFORE_CONNECTION: &str = "iuep";

impl fmt::Display for SessionDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, 'v', &0)?;
        if let Some(origin) = &self.origin {
            line(f, 'o', origin)?;
        }
        line(f, 's', if self.name.is_empty() { &"-" } else { &self.name })?;
        kept(f, &self.lines, true)?;
        self.connections.iter().try_for_each(|c| line(f, 'c', c))?;
        self.bandwidths.iter().try_for_each(|b| line(f, 'b', b))?;
        for time in &self.times {
            line(f, 't', &format_args!("{} {}", time.start, time.stop))?;
            time.repeats.iter().try_for_each(|r| line(f, 'r', r))?;
        }
        kept(f, &self.lines, false)?;
        self.attributes.iter().try_for_each(|a| line(f, 'a', a))?;
        self.media.iter().try_for_each(|media| write_media(f, media))
    }
}

fn write_media(f: &mut fmt::Formatter<'_>, media: &Media) -> fmt::Result {
    line(f, 'm', media)?;
    kept(f, &media.lines, true)?;
    media.connections.iter().try_for_each(|c| line(f, 'c', c))?;
    media.bandwidths.iter().try_for_each(|b| line(f, 'b', b))?;
    kept(f, &media.lines, false)?;
    media.attributes.iter().try_for_each(|a| line(f, 'a', a))
}

fn kept(f: &mut fmt::Formatter<'_>, lines: &[Line], is_before: bool) -> fmt::Result {
    let mut ordered: alloc::vec::Vec<&Line> = lines.iter().collect();
    ordered.sort_by_key(|line| rank(line.kind));
    let ordered = ordered.into_iter();
    ordered
        .filter(|line| BEFORE_CONNECTION.contains(line.kind) == is_before)
        .try_for_each(|kept| line(f, kept.kind, &kept.value))
}

/// One line. A value cannot break out of it: CR and LF are written as spaces.
fn line(f: &mut fmt::Formatter<'_>, kind: char, value: &dyn fmt::Display) -> fmt::Result {
    f.write_char(kind)?;
    f.write_char('=')?;
    write!(OneLine(f), "{value}")?;
    f.write_str("\r\n")
}

struct OneLine<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl Write for OneLine<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for (i, part) in text.split(['\r', '\n']).enumerate() {
            if i > 0 {
                self.0.write_char(' ')?;
            }
            self.0.write_str(part)?;
        }
        Ok(())
    }
}

impl fmt::Display for Origin {
    /// What follows `o=`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (user, id, version) = (&self.username, &self.session_id, &self.session_version);
        let (network, kind, address) = (&self.network_type, &self.address_type, &self.address);
        write!(f, "{user} {id} {version} {network} {kind} {address}")
    }
}

impl fmt::Display for Connection {
    /// What follows `c=`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.network_type, self.address_type, self.address)?;
        self.ttl.map_or(Ok(()), |ttl| write!(f, "/{ttl}"))?;
        self.count.map_or(Ok(()), |count| write!(f, "/{count}"))
    }
}

impl fmt::Display for Media {
    /// What follows `m=`: the line alone, not the section.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.port)?;
        self.port_count.map_or(Ok(()), |count| write!(f, "/{count}"))?;
        write!(f, " {}", self.protocol)?;
        self.formats.iter().try_for_each(|format| write!(f, " {format}"))
    }
}
