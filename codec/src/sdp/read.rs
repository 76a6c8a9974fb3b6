//! The lenient reader: one pass over the lines.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Attribute, Connection, Line, Media, Origin, Problem, SessionDescription, Time};
use crate::error::{Error, Found, Result};

/// Lines that are read; what follows is a problem. Real descriptions have a few hundred.
const MAX_LINES: usize = 16_384;
/// Problems that are listed.
const MAX_PROBLEMS: usize = 256;

impl SessionDescription {
    /// Reads a session description. Lines may end with CRLF, LF or CR; a line that starts with a space continues the one
    /// before. What is malformed is listed in [`problems`](Self::problems), and everything else is read.
    ///
    /// # Errors
    /// Invalid where the text has neither a v= nor an m= line: then it is something else.
    pub fn parse(text: &str) -> Result<Self> {
        let mut reader = Reader::default();
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let mut pending: Option<(u32, Cow<'_, str>)> = None;
        for (number, line) in (1_u32..).zip(lines(text)) {
            if number as usize > MAX_LINES {
                reader.problem(number, "there are more than 16384 lines; the rest was not read");
                break;
            }
            if line.trim().is_empty() {
                continue;
            }
            if line.starts_with([' ', '\t'])
                && let Some((_, before)) = &mut pending
            {
                let before = before.to_mut();
                before.push(' ');
                before.push_str(line.trim());
                continue;
            }
            if let Some((number, line)) = pending.replace((number, Cow::Borrowed(line.trim()))) {
                reader.line(number, line.trim_end());
            }
        }
        if let Some((number, line)) = pending {
            reader.line(number, line.trim_end());
        }
        reader.finish()
    }
}

/// Lines without their ends. CRLF gives no empty line between.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

#[derive(Default)]
struct Reader {
    session: SessionDescription,
    has_version: bool,
}

impl Reader {
    fn problem(&mut self, line: u32, text: &'static str) {
        if self.session.problems.len() < MAX_PROBLEMS {
            self.session.problems.push(Problem { line, text });
        }
    }

    fn line(&mut self, number: u32, line: &str) {
        let mut letters = line.chars();
        let (Some(kind), Some('=')) = (letters.next(), letters.next()) else {
            self.problem(number, "the line is not \"LETTER=VALUE\"; it was left out");
            return;
        };
        let value = letters.as_str().trim();
        match kind {
            'v' => self.version(number, value),
            'm' => self.media(number, value),
            'a' => {
                let (attribute, problem) = Attribute::parse(value);
                if let Some(problem) = problem {
                    self.problem(number, problem);
                }
                match self.session.media.last_mut() {
                    Some(media) => media.attributes.push(attribute),
                    None => self.session.attributes.push(attribute),
                }
            }
            'c' => self.connection(number, value),
            'b' => match self.session.media.last_mut() {
                Some(media) => media.bandwidths.push(value.into()),
                None => self.session.bandwidths.push(value.into()),
            },
            'o' if self.session.media.is_empty() => self.origin(number, value),
            's' if self.session.media.is_empty() => {
                self.session.name = if value == "-" { String::new() } else { value.into() };
            }
            't' if self.session.media.is_empty() => self.time(number, value),
            'r' if self.session.media.is_empty() && !self.session.times.is_empty() => {
                if let Some(time) = self.session.times.last_mut() {
                    time.repeats.push(value.into());
                }
            }
            _ => self.keep(number, kind, value),
        }
    }

    fn keep(&mut self, number: u32, kind: char, value: &str) {
        if !"iuepzk".contains(kind) {
            self.problem(
                number,
                "a line of this type may not stand here; it is kept as it stands",
            );
        }
        self.add(kind, value);
    }

    fn add(&mut self, kind: char, value: &str) {
        let line = Line {
            kind,
            value: value.into(),
        };
        match self.session.media.last_mut() {
            Some(media) => media.lines.push(line),
            None => self.session.lines.push(line),
        }
    }

    fn version(&mut self, number: u32, value: &str) {
        if value != "0" {
            self.problem(number, "the version is not 0");
        }
        if self.has_version {
            self.problem(number, "there is a second v= line: two descriptions in one");
        }
        self.has_version = true;
    }

    fn origin(&mut self, number: u32, value: &str) {
        let words: Vec<&str> = value.split_ascii_whitespace().take(7).collect();
        let &[
            username,
            session_id,
            session_version,
            network_type,
            address_type,
            address,
        ] = words.as_slice()
        else {
            self.problem(number, "o= does not have six parts; it is kept as it stands");
            self.add('o', value);
            return;
        };
        self.session.origin = Some(Origin {
            username: username.into(),
            session_id: session_id.into(),
            session_version: session_version.into(),
            network_type: network_type.into(),
            address_type: address_type.into(),
            address: address.into(),
        });
    }

    fn time(&mut self, number: u32, value: &str) {
        let mut words = value.split_ascii_whitespace().map(str::parse);
        match (words.next(), words.next(), words.next()) {
            (Some(Ok(start)), Some(Ok(stop)), None) => self.session.times.push(Time {
                start,
                stop,
                repeats: Vec::new(),
            }),
            _ => {
                self.problem(number, "t= is not two numbers; it is kept as it stands");
                self.add('t', value);
            }
        }
    }

    fn connection(&mut self, number: u32, value: &str) {
        let Some(connection) = parse_connection(value) else {
            self.problem(
                number,
                "c= is not \"NETTYPE ADDRTYPE ADDRESS[/TTL][/COUNT]\"; it is kept as it stands",
            );
            self.add('c', value);
            return;
        };
        let is_ip6 = connection.address_type == "IP6";
        if let Some(ip) = connection.ip()
            && ip.is_ipv6() != is_ip6
        {
            self.problem(number, "the address of c= is not of the type that it names");
        }
        match self.session.media.last_mut() {
            Some(media) => media.connections.push(connection),
            None => self.session.connections.push(connection),
        }
    }

    fn media(&mut self, number: u32, value: &str) {
        let mut words = value.split_ascii_whitespace();
        // A section that cannot be read still takes the lines that follow it.
        let kind = words.next().unwrap_or("-");
        let ports = words.next().unwrap_or_default();
        let (port, port_count) = match ports.split_once('/') {
            Some((port, count)) => (port, Some(count)),
            None => (ports, None),
        };
        let protocol = words.next().unwrap_or("-");
        let formats: Vec<String> = words.map(String::from).collect();
        if port.parse::<u16>().is_err() || formats.is_empty() {
            self.problem(number, "m= is not \"MEDIA PORT[/COUNT] PROTOCOL FORMAT…\"");
        }
        self.session.media.push(Media {
            kind: kind.into(),
            port: port.parse().unwrap_or(0),
            port_count: port_count.and_then(|count| count.parse().ok()),
            protocol: protocol.into(),
            formats,
            ..Media::default()
        });
    }

    fn finish(mut self) -> Result<SessionDescription> {
        if !self.has_version && self.session.media.is_empty() {
            let found = Found::Text("neither a v= nor an m= line");
            return Err(Error::invalid("SDP", 0, "a session description", found));
        }
        if !self.has_version {
            self.problem(1, "there is no v= line");
        }
        // r= lines that stood before their t= line.
        if let Some(time) = self.session.times.last_mut() {
            let repeats = self.session.lines.extract_if(.., |line| line.kind == 'r');
            time.repeats.extend(repeats.map(|line| line.value));
        }
        // As they are written, so that reading that gives the same again.
        self.session.lines.sort_by_key(|line| rank(line.kind));
        for media in &mut self.session.media {
            media.lines.sort_by_key(|line| rank(line.kind));
        }
        Ok(self.session)
    }
}

/// The order of RFC 8866 5; unknown types last.
pub(super) fn rank(kind: char) -> usize {
    "iuepzk".find(kind).unwrap_or(usize::MAX)
}

fn parse_connection(value: &str) -> Option<Connection> {
    let mut words = value.split_ascii_whitespace();
    let (network_type, address_type, address) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() {
        return None;
    }
    let mut parts = address.split('/');
    let address = parts.next().filter(|a| !a.is_empty())?;
    let (ttl, count) = match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => (None, None),
        // IPv6 has no TTL here: the one number counts addresses.
        (Some(count), None, _) if address_type == "IP6" => (None, Some(count.parse().ok()?)),
        (Some(ttl), None, _) => (Some(ttl.parse().ok()?), None),
        (Some(ttl), Some(count), None) => (Some(ttl.parse().ok()?), Some(count.parse().ok()?)),
        _ => return None,
    };
    Some(Connection {
        network_type: network_type.into(),
        address_type: address_type.into(),
        address: address.into(),
        ttl,
        count,
    })
}
