//! What page and worker say to each other.
//!
//! A message is a JavaScript array: first the bytes of a [`Request`] or an [`Event`] (postcard, so that 64-bit numbers stay
//! exact), then the `Blob`s that belong to it. Both ends are the same program, so the format needs no version.

use grainscope_inspect::model::{Detail, Finding, Flow, GrainRow, Lane, PacketRow, Query, Summary, Window};
use serde::{Deserialize, Serialize};

/// What the page asks of the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Open the files behind the message, named here: captures, and session descriptions that hold for them.
    Open {
        /// Their names, for people.
        names: Vec<String>,
    },
    /// Stop reading a capture; what was read stays.
    Cancel {
        /// The capture.
        capture: u32,
    },
    /// Forget a capture.
    Close {
        /// The capture.
        capture: u32,
    },
    /// Rows of the table of Grains.
    Grains {
        /// The capture.
        capture: u32,
        /// Which rows.
        query: Query,
    },
    /// Rows of the table of packets.
    Packets {
        /// The capture.
        capture: u32,
        /// Which rows.
        query: Query,
    },
    /// All findings.
    Findings {
        /// The capture.
        capture: u32,
    },
    /// The timeline.
    Timeline {
        /// The capture.
        capture: u32,
        /// Start, nanoseconds since 1970 UTC.
        from_ns: i64,
        /// End, likewise.
        to_ns: i64,
        /// Equal steps of time.
        columns: u32,
    },
    /// The row that something has in a table.
    Locate {
        /// The capture.
        capture: u32,
        /// The table: which rows, in which order.
        query: Query,
        /// What is sought.
        sought: Sought,
    },
    /// A Grain or packet laid open.
    Detail {
        /// The capture.
        capture: u32,
        /// Which one.
        place: Place,
    },
}

/// What a row is sought by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sought {
    /// The row of this Grain or packet.
    Place(Place),
    /// The Grain nearest to a time, nanoseconds since 1970 UTC.
    GrainAt(i64),
    /// The packet nearest to a time, likewise.
    PacketAt(i64),
}

/// Something that can be laid open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Place {
    /// A Grain, by its number over all flows.
    Grain(u32),
    /// A packet, by its ordinal in the capture.
    Packet(u64),
}

/// What the worker answers to a [`Request`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// It was done; events tell the rest.
    Done,
    /// Rows of Grains, or a sentence about the filter.
    Grains(Result<Window<GrainRow>, String>),
    /// Rows of packets, or a sentence about the filter.
    Packets(Result<Window<PacketRow>, String>),
    /// All findings.
    Findings(Vec<Finding>),
    /// The timeline, a lane per flow.
    Timeline(Vec<Lane>),
    /// The row sought, if the table has it; or a sentence about the filter.
    Row(Result<Option<u64>, String>),
    /// A Grain or packet laid open.
    Detail(Box<Detail>),
}

/// What the worker says to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The worker has started and listens.
    Ready,
    /// The answer to the request of that number.
    Answer(u32, Result<Answer, Problem>),
    /// How a capture stands: said when it opens, while it is read, and when it is done.
    Capture(Box<CaptureState>),
    /// A capture is closed and read anew, with session descriptions that came later.
    Replaced(u32),
    /// Something that is worth saying but belongs to no request.
    Notice(String),
    /// The worker is about to stop for good, with the reason.
    Crashed(String),
}

/// A request with its number, as it is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Numbered {
    /// Its number, which the answer repeats.
    pub id: u32,
    /// The request.
    pub request: Request,
}

/// How a capture stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaptureState {
    /// Its number in the worker.
    pub id: u32,
    /// Its name, for people.
    pub name: String,
    /// Bytes of the file, compressed ones where it is gzip.
    pub size: u64,
    /// Bytes of the file taken so far.
    pub read: u64,
    /// Whether reading goes on.
    pub status: Status,
    /// Why it is nothing that can be read, or why its data set is not decoded.
    pub error: Option<String>,
    /// Names of the session descriptions that it is read with.
    pub sdp: Vec<String>,
    /// The capture as a whole.
    pub summary: Summary,
    /// Its flows.
    pub flows: Vec<Flow>,
}

/// Whether the reading of a capture goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// Being read.
    Reading,
    /// Read to the end.
    Done,
    /// Stopped by the user.
    Cancelled,
    /// The file could not be read further.
    Failed(Problem),
}

/// Something that went wrong, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What, in a few words.
    pub title: String,
    /// Why and what to do, in a sentence or two.
    pub text: String,
}

impl Problem {
    /// A problem with its title and its explanation.
    #[must_use]
    pub fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            text: text.into(),
        }
    }
}

/// A message as bytes.
#[must_use]
pub fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    // Serialising plain values into memory cannot fail; an empty message is refused by the other end.
    postcard::to_allocvec(message).unwrap_or_default()
}

/// A message from bytes.
///
/// # Errors
///
/// If the bytes are not such a message.
pub fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Problem> {
    postcard::from_bytes(bytes).map_err(|e| Problem::new("Page and worker do not fit", e.to_string()))
}

#[cfg(test)]
mod tests {
    use grainscope_inspect::model::{ByteSource, FieldRow, FlowKind, Segment};

    use super::*;

    #[test]
    fn numbers_of_64_bits_stay_exact() {
        let query = Query {
            flow: Some(u32::MAX),
            filter: "patient.id == \"É\"".into(),
            first: u64::MAX,
            ..Query::default()
        };
        let request = Numbered {
            id: 7,
            request: Request::Packets { capture: 1, query },
        };
        assert_eq!(decode::<Numbered>(&encode(&request)).unwrap(), request);
        let row = PacketRow {
            ordinal: (1 << 53) + 1,
            time_ns: Some(i64::MIN),
            flow: None,
            kind: FlowKind::DicomVideo,
            source: "[::1]:1".into(),
            destination: String::new(),
            length: 0,
            sequence: Some(65535),
            rtp_timestamp: Some(u32::MAX),
            marker: true,
            truncated: false,
            note: String::new(),
            grain: None,
        };
        let window = Window {
            total: u64::MAX,
            first: 0,
            rows: vec![row],
        };
        let event = Event::Answer(u32::MAX, Ok(Answer::Packets(Ok(window))));
        assert_eq!(decode::<Event>(&encode(&event)).unwrap(), event);
    }

    #[test]
    fn details_and_states_come_over_whole() {
        let detail = Detail {
            title: "Grain 1".into(),
            sources: vec![ByteSource {
                name: "Grain".into(),
                bytes: (0..=255).collect(),
                segments: vec![Segment {
                    packet: 9,
                    start: 0,
                    length: 256,
                    source: 1,
                    source_start: 66,
                }],
            }],
            fields: vec![FieldRow {
                notes: vec![(true, "odd".into())],
                tag: Some("(0010,0010)".into()),
                bits: Some((2, 3)),
                ..FieldRow::default()
            }],
            static_grain: Some(0),
            grain: None,
        };
        let event = Event::Answer(1, Ok(Answer::Detail(Box::new(detail))));
        assert_eq!(decode::<Event>(&encode(&event)).unwrap(), event);
        let state = CaptureState {
            id: 1,
            name: "a.pcap".into(),
            size: 1 << 40,
            read: 3,
            status: Status::Failed(Problem::new("a", "b")),
            error: Some("c".into()),
            sdp: vec!["a.sdp".into()],
            summary: Summary::default(),
            flows: Vec::new(),
        };
        let event = Event::Capture(Box::new(state));
        assert_eq!(decode::<Event>(&encode(&event)).unwrap(), event);
    }

    #[test]
    fn what_is_no_message_is_an_error() {
        assert!(decode::<Numbered>(&[]).is_err());
        assert!(decode::<Event>(&[200, 1]).is_err());
    }
}
