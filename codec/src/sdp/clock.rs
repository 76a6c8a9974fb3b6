//! Reference clocks and media clocks (RFC 7273, ST 2110-10 8).

use alloc::string::String;
use core::fmt;

/// a=ts-refclk: the clock that RTP timestamps are taken from (RFC 7273 4).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReferenceClock {
    /// A PTP clock.
    Ptp {
        /// `IEEE1588-2008`, …
        version: String,
        /// Which one.
        source: PtpSource,
    },
    /// The sender's own clock, named by the address of its interface (ST 2110-10 8.2).
    LocalMac([u8; 6]),
    /// Any other: `ntp=…`, `gps`, `local`, `private`, …, as it stands.
    Other(String),
}

/// Which PTP clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PtpSource {
    /// Any that can be traced to TAI.
    Traceable,
    /// The one of this grandmaster.
    Grandmaster {
        /// Clock identity, EUI-64.
        identity: [u8; 8],
        /// PTP domain.
        domain: Option<u8>,
    },
}

/// a=mediaclk: how RTP timestamps follow the reference clock (RFC 7273 5).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaClockSource {
    /// Directly: `offset` is the RTP timestamp at the epoch of the reference clock. ST 2110-10 asks for 0.
    Direct {
        /// Ticks; RTP timestamps take it modulo 2^32.
        offset: u64,
        /// Numerator and denominator of the rate, where the line says one; the denominator is 1 in `rate=90000`.
        rate: Option<(u32, u32)>,
    },
    /// The sender's own rate.
    Sender,
    /// Any other, as it stands.
    Other(String),
}

impl ReferenceClock {
    /// The clock of the value of a=ts-refclk; [`Other`](Self::Other) where it is none of those known.
    #[must_use]
    pub fn parse(value: &str) -> Self {
        let known = match value.split_once('=') {
            Some(("ptp", ptp)) => parse_ptp(ptp),
            Some(("localmac", mac)) => octets(mac).map(Self::LocalMac),
            _ => None,
        };
        known.unwrap_or_else(|| Self::Other(value.into()))
    }
}

fn parse_ptp(value: &str) -> Option<ReferenceClock> {
    let (version, server) = value.split_once(':')?;
    let source = match server.split_once(':') {
        None if server == "traceable" => PtpSource::Traceable,
        None => PtpSource::Grandmaster {
            identity: octets(server)?,
            domain: None,
        },
        Some((identity, domain)) => PtpSource::Grandmaster {
            identity: octets(identity)?,
            domain: Some(domain.trim().parse().ok()?),
        },
    };
    Some(ReferenceClock::Ptp {
        version: version.into(),
        source,
    })
}

/// Hexadecimal octets with dashes between, or spaces as some equipment has it.
fn octets<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut octets = [0; N];
    let mut parts = text.trim().split(['-', ' ']);
    for octet in &mut octets {
        let part = parts.next().filter(|part| matches!(part.len(), 1 | 2))?;
        *octet = u8::from_str_radix(part, 16).ok()?;
    }
    parts.next().is_none().then_some(octets)
}

impl MediaClockSource {
    /// The clock of the value of a=mediaclk; [`Other`](Self::Other) where it is none of those known.
    #[must_use]
    pub fn parse(value: &str) -> Self {
        if value == "sender" {
            return Self::Sender;
        }
        parse_direct(value).unwrap_or_else(|| Self::Other(value.into()))
    }
}

fn parse_direct(value: &str) -> Option<MediaClockSource> {
    let mut words = value.strip_prefix("direct=")?.split_ascii_whitespace();
    let offset = words.next()?.parse().ok()?;
    let rate = match words.next() {
        None => None,
        Some(word) => {
            let rate = word.strip_prefix("rate=")?;
            let (numerator, denominator) = rate.split_once('/').unwrap_or((rate, "1"));
            Some((numerator.parse().ok()?, denominator.parse().ok()?))
        }
    };
    words
        .next()
        .is_none()
        .then_some(MediaClockSource::Direct { offset, rate })
}

impl fmt::Display for ReferenceClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ptp { version, source } => {
                write!(f, "ptp={version}:")?;
                match source {
                    PtpSource::Traceable => f.write_str("traceable"),
                    PtpSource::Grandmaster { identity, domain } => {
                        write_octets(f, identity)?;
                        domain.map_or(Ok(()), |domain| write!(f, ":{domain}"))
                    }
                }
            }
            Self::LocalMac(mac) => {
                f.write_str("localmac=")?;
                write_octets(f, mac)
            }
            Self::Other(value) => f.write_str(value),
        }
    }
}

fn write_octets(f: &mut fmt::Formatter<'_>, octets: &[u8]) -> fmt::Result {
    for (i, octet) in octets.iter().enumerate() {
        let dash = if i > 0 { "-" } else { "" };
        write!(f, "{dash}{octet:02x}")?;
    }
    Ok(())
}

impl fmt::Display for MediaClockSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Direct { offset, rate } => {
                write!(f, "direct={offset}")?;
                match rate {
                    None => Ok(()),
                    Some((numerator, 1)) => write!(f, " rate={numerator}"),
                    Some((numerator, denominator)) => write!(f, " rate={numerator}/{denominator}"),
                }
            }
            Self::Sender => f.write_str("sender"),
            Self::Other(value) => f.write_str(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn reference_clocks() {
        let grandmaster = |identity, domain| ReferenceClock::Ptp {
            version: "IEEE1588-2008".into(),
            source: PtpSource::Grandmaster { identity, domain },
        };
        let id = [0xec, 0x46, 0x70, 0xff, 0xfe, 0x00, 0x42, 0xc4];
        let traceable = ReferenceClock::Ptp {
            version: "IEEE1588-2019".into(),
            source: PtpSource::Traceable,
        };
        for (text, clock) in [
            ("ptp=IEEE1588-2008:ec-46-70-ff-fe-00-42-c4:0", grandmaster(id, Some(0))),
            ("ptp=IEEE1588-2008:EC-46-70-FF-FE-00-42-C4", grandmaster(id, None)),
            (
                "ptp=IEEE1588-2008:ec 46 70 ff fe 00 42 c4:127",
                grandmaster(id, Some(127)),
            ),
            ("ptp=IEEE1588-2019:traceable", traceable),
            (
                "localmac=1c-34-da-5a-be-34",
                ReferenceClock::LocalMac([0x1c, 0x34, 0xda, 0x5a, 0xbe, 0x34]),
            ),
            ("ntp=/traceable/", ReferenceClock::Other("ntp=/traceable/".into())),
            (
                "ptp=IEEE1588-2008:ec-46",
                ReferenceClock::Other("ptp=IEEE1588-2008:ec-46".into()),
            ),
            (
                "localmac=+1-34-da-5a-be-34x",
                ReferenceClock::Other("localmac=+1-34-da-5a-be-34x".into()),
            ),
            ("", ReferenceClock::Other("".into())),
        ] {
            assert_eq!(ReferenceClock::parse(text), clock);
            assert_eq!(ReferenceClock::parse(&clock.to_string()), clock);
        }
    }

    #[test]
    fn media_clocks() {
        let direct = |offset, rate| MediaClockSource::Direct { offset, rate };
        for (text, clock) in [
            ("direct=0", direct(0, None)),
            ("direct=706968530 rate=90000", direct(706_968_530, Some((90_000, 1)))),
            ("direct=5 rate=30000/1001", direct(5, Some((30_000, 1001)))),
            ("sender", MediaClockSource::Sender),
            (
                "IEEE1722=38-D6-6D-8E-D2-78-13-2F",
                MediaClockSource::Other("IEEE1722=38-D6-6D-8E-D2-78-13-2F".into()),
            ),
            ("direct=-1", MediaClockSource::Other("direct=-1".into())),
            ("direct=1 rate=x", MediaClockSource::Other("direct=1 rate=x".into())),
        ] {
            assert_eq!(MediaClockSource::parse(text), clock);
            assert_eq!(clock.to_string(), text);
        }
    }
}
