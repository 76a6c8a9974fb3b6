//! Faults of the session description: lines changed, taken out or put in.

use std::fmt::Write as _;

use super::{Degree, Fault};

/// A session description with a fault in the sections of metadata; as it is where the fault is none of the SDP.
#[must_use]
pub fn edit_sdp(text: &str, fault: Fault, degree: Degree) -> String {
    let breaks = degree == Degree::Breaks;
    match fault {
        Fault::SdpMedia if breaks => replace(text, " dicom/", " smpte291/"),
        // Encoding names do not tell upper from lower case (RFC 8866 6.6).
        Fault::SdpMedia => replace(text, " dicom/", " DICOM/"),
        Fault::SdpClockRate if breaks => replace(text, " dicom/90000", " dicom/48000"),
        Fault::SdpTsRefclk if breaks => without(text, &["a=ts-refclk:", "a=mediaclk:"]),
        // On the session's level they are meant for every section (RFC 7273 4.8).
        Fault::SdpTsRefclk => lift(text, &["a=ts-refclk:", "a=mediaclk:"]),
        Fault::SdpExtmap if breaks => without(text, &["a=extmap:"]),
        Fault::SdpExtmap => replace(text, " urn:x-nmos", "/sendonly urn:x-nmos"),
        Fault::SdpMismatch if breaks => other_port(text),
        Fault::SdpMismatch => {
            let mut text = text.to_owned();
            let _ = write!(
                text,
                "m=video 5020 RTP/AVP 96\r\nc=IN IP4 239.22.2.60/32\r\na=rtpmap:96 raw/90000\r\n\
                 a=ts-refclk:ptp=IEEE1588-2008:traceable\r\na=mediaclk:direct=0\r\n"
            );
            text
        }
        _ => text.to_owned(),
    }
}

/// Other ports, far enough away that no other section is met.
fn other_port(text: &str) -> String {
    map_metadata(text, |line| {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        if words[0] == "m=application"
            && let Some(port) = words.get_mut(1)
        {
            *port = port
                .parse::<u16>()
                .map_or_else(|_| port.clone(), |port| port.wrapping_add(1000).to_string());
        }
        Some(words.join(" "))
    })
}

/// Replaces in the sections of metadata.
fn replace(text: &str, from: &str, to: &str) -> String {
    map_metadata(text, |line| Some(line.replace(from, to)))
}

/// Takes lines out of the sections of metadata.
fn without(text: &str, starts: &[&str]) -> String {
    map_metadata(text, |line| {
        (!starts.iter().any(|start| line.starts_with(start))).then(|| line.to_owned())
    })
}

/// Moves lines of metadata's sections to the session's level.
fn lift(text: &str, starts: &[&str]) -> String {
    let mut moved: Vec<&str> = text
        .lines()
        .filter(|line| starts.iter().any(|start| line.starts_with(start)))
        .collect();
    moved.sort_unstable_by_key(|line| std::cmp::Reverse(*line));
    moved.dedup();
    let rest = without(text, starts);
    let first_section = rest.find("m=").unwrap_or(rest.len());
    let mut lifted: String = moved.iter().map(|line| format!("{line}\r\n")).collect();
    lifted.insert_str(0, &rest[..first_section]);
    lifted.push_str(&rest[first_section..]);
    lifted
}

fn map_metadata(text: &str, mut change: impl FnMut(&str) -> Option<String>) -> String {
    let mut metadata = false;
    let mut out = String::new();
    for line in text.lines() {
        if line.starts_with("m=") {
            metadata = line.starts_with("m=application");
        }
        let line = if metadata { change(line) } else { Some(line.to_owned()) };
        if let Some(line) = line {
            out.push_str(&line);
            out.push_str("\r\n");
        }
    }
    out
}
