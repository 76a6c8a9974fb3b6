//! Several files that are one capture: rotating captures, or the two paths of ST 2022-7, in order of time.

use std::collections::VecDeque;

use grainscope_capture::{Damage, Reader, Record};

use crate::model;
use crate::session::Session;

/// An offset of a capture in several files has the number of the file above this many bits, and the offset in it below.
pub const FILE_BITS: u32 = 40;

/// The files of one capture.
#[derive(Debug)]
pub(crate) struct Merger {
    files: Vec<File>,
}

#[derive(Debug)]
struct File {
    name: String,
    reader: Reader,
    /// Packets that were read and wait for their turn, with their place in `bytes`.
    waiting: VecDeque<(Record<'static>, usize, usize)>,
    bytes: Vec<u8>,
    /// Time of the packet that was given on last: one without a time follows it.
    latest_ns: i64,
    has_ended: bool,
}

impl Session {
    /// The file that bytes are needed of next; `None` once all have ended.
    #[must_use]
    pub fn wanted_file(&self) -> Option<usize> {
        let files = &self.merger.as_ref()?.files;
        files.iter().position(File::is_wanted)
    }

    /// Takes the next bytes of one of the files that [`Options::files`](crate::Options::files) names; none for its end.
    /// Packets are taken in order of time, those of one file in the order that they have there. Offsets are those in the file,
    /// with its number above [`FILE_BITS`].
    pub fn push_file(&mut self, file: usize, bytes: &[u8]) {
        let Some(mut merger) = self.merger.take() else { return };
        if let Some(target) = merger.files.get_mut(file) {
            target.push(bytes, (file as u64) << FILE_BITS);
        }
        while !merger.files.iter().any(File::is_wanted) {
            let next = merger
                .files
                .iter()
                .enumerate()
                .filter_map(|(at, file)| Some((file.next_ns()?, at)))
                .min();
            let Some((time_ns, at)) = next else { break };
            let Some(file) = merger.files.get_mut(at) else { break };
            let Some((mut record, start, end)) = file.waiting.pop_front() else {
                break;
            };
            file.latest_ns = time_ns;
            record.data = &[];
            let mut record: Record<'_> = record;
            record.data = file.bytes.get(start..end).unwrap_or_default();
            record.ordinal = self.packets.len() as u64 + 1;
            self.record(&record);
        }
        self.merger = Some(merger);
    }

    /// Ends the files that have not ended.
    pub(crate) fn finish_files(&mut self) {
        let count = self.merger.as_ref().map_or(0, |merger| merger.files.len());
        for file in 0..count {
            self.push_file(file, &[]);
        }
    }
}

impl Merger {
    pub(crate) fn new(names: Vec<String>) -> Self {
        let file = |name| File {
            name,
            reader: Reader::new(grainscope_capture::Limits::default()),
            waiting: VecDeque::new(),
            bytes: Vec::new(),
            latest_ns: i64::MIN,
            has_ended: false,
        };
        Self {
            files: names.into_iter().map(file).collect(),
        }
    }

    /// The first file that is no capture, and why.
    pub(crate) fn error(&self) -> Option<String> {
        let error = |file: &File| Some(format!("{}: {}", file.name, file.reader.error()?));
        self.files.iter().find_map(error)
    }

    /// What the files are together.
    pub(crate) fn describe(&self, summary: &mut model::Summary) {
        let mut formats: Vec<&str> = Vec::new();
        for format in self.files.iter().filter_map(|file| file.reader.format()) {
            if !formats.contains(&format.name()) {
                formats.push(format.name());
            }
        }
        summary.format = (!formats.is_empty()).then(|| formats.join(" and "));
        summary.bytes = self.files.iter().map(|file| file.reader.position()).sum();
        let drops = |file: &File| -> u64 { file.reader.interfaces().iter().map(|i| i.drops()).sum() };
        summary.dropped = self.files.iter().map(drops).sum();
        let damaged = |file: &File| {
            let Damage { offset, reason } = file.reader.damage()?;
            Some(model::Damage {
                offset: *offset,
                reason: format!("{}: {reason}", file.name),
            })
        };
        summary.damage = self.files.iter().find_map(damaged);
    }
}

impl File {
    fn is_wanted(&self) -> bool {
        !self.has_ended && self.waiting.is_empty()
    }

    fn next_ns(&self) -> Option<i64> {
        self.waiting
            .front()
            .map(|(record, ..)| record.time_ns.unwrap_or(self.latest_ns))
    }

    /// Reads a chunk; the bytes of its packets are kept until they had their turn.
    fn push(&mut self, chunk: &[u8], base: u64) {
        if chunk.is_empty() {
            self.has_ended = true;
            // Whether it was a capture is asked for by `error`.
            _ = self.reader.finish();
            return;
        }
        if self.waiting.is_empty() {
            self.bytes.clear();
        }
        let mut rest = chunk;
        while let Some(record) = self.reader.next(&mut rest) {
            let start = self.bytes.len();
            self.bytes.extend_from_slice(record.data);
            let mut kept = record.detached();
            kept.file_offset += base;
            self.waiting.push_back((kept, start, self.bytes.len()));
        }
        if self.reader.error().is_some() || self.reader.damage().is_some() {
            self.has_ended = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use grainscope_capture::LinkType;
    use grainscope_capture::write::{PcapWriter, Resolution};

    use crate::model::Query;
    use crate::{FILE_BITS, Options, Session};

    fn capture(times: &[i64]) -> Vec<u8> {
        let mut writer = PcapWriter::new(LinkType::RAW, Resolution::Microseconds, 0);
        for time in times {
            writer.packet(time * 1_000, 1, &[*time as u8]);
        }
        writer.into_bytes()
    }

    #[test]
    fn packets_of_several_files_come_in_order_of_time() {
        let files = [capture(&[2, 5, 6]), capture(&[1, 4, 9]), capture(&[])];
        let mut session = Session::new(Options {
            files: ["a", "b", "c"].map(String::from).to_vec(),
            clock_offset_ns: 500,
            ..Options::default()
        });
        let mut at = [0; 3];
        while let Some(file) = session.wanted_file() {
            let rest = &files[file][at[file]..];
            let chunk = &rest[..rest.len().min(7)];
            at[file] += chunk.len();
            session.push_file(file, chunk);
        }
        session.finish();
        let rows = session
            .packets(&Query {
                count: 10,
                ..Query::default()
            })
            .unwrap()
            .rows;
        let times: Vec<i64> = rows.iter().map(|row| row.time_ns.unwrap()).collect();
        assert_eq!(times, [1_500, 2_500, 4_500, 5_500, 6_500, 9_500]);
        for row in rows {
            let [extent] = session.packet_extents(row.ordinal)[..] else {
                panic!("one extent a packet");
            };
            let file = &files[(extent.offset >> FILE_BITS) as usize];
            let at = (extent.offset & ((1 << FILE_BITS) - 1)) as usize;
            assert_eq!(i64::from(file[at]) * 1_000 + 500, row.time_ns.unwrap());
        }
        let summary = session.summary();
        assert_eq!((summary.format.as_deref(), summary.damage), (Some("pcap"), None));
        assert_eq!(summary.bytes, files.iter().map(|file| file.len() as u64).sum::<u64>());
    }

    #[test]
    fn a_file_that_is_no_capture_is_named() {
        let mut session = Session::new(Options {
            files: vec!["a.pcap".into(), "notes.txt".into()],
            ..Options::default()
        });
        session.push_file(0, &capture(&[1]));
        session.push_file(1, &[b'x'; 200]);
        session.finish();
        assert!(session.error().unwrap().starts_with("notes.txt: "));
        assert_eq!(session.summary().packets, 1);
    }
}
