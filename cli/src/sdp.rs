//! `grainscope sdp`: the session description that the flows of a capture imply.

use std::io::{self, Write};
use std::path::Path;

use crate::capture::{Capture, SourceArguments};
use crate::{Failure, written};

/// Writes the session description that the flows of a capture imply.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  grainscope sdp capture.pcapng > room.sdp\n\n\
    What a capture does not show is left out: colours and geometry of video; and a=mediaclk is\n\
    \"sender\" where no sync timestamps tell the offset. Lines end in CR LF (RFC 8866).")]
pub(crate) struct Arguments {
    #[command(flatten)]
    source: SourceArguments,
    /// Only this flow: its number, or a kind such as dicom-video, or dicom; may be given more than once
    #[arg(long, value_name = "N|KIND")]
    flow: Vec<String>,
    /// The session name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Capture {
        session,
        mut bytes,
        name,
    } = Capture::read(&arguments.source)?;
    let flows = session.flows();
    crate::select::check_flows(&arguments.flow, &flows)?;
    let mut describe = session.describe();
    for ordinal in describe.wanted() {
        let extents = session.packet_extents(ordinal);
        let packets = bytes.read(&extents)?;
        describe.learn(ordinal, &extents, &packets);
    }
    let file = Path::new(&name)
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let title = arguments.name.clone().or(file).unwrap_or(name.clone());
    let text = describe.write(&title, |id| {
        let flow = flows.get(id as usize);
        flow.is_some_and(|flow| crate::select::is_chosen(&arguments.flow, flow))
    });
    if text.is_empty() {
        return Err(Failure::input(format!(
            "{name}: there is no audio, video, ancillary or metadata flow in it"
        )));
    }
    written(io::stdout().write_all(text.as_bytes()))
}
