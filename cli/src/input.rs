//! Where bytes come from: a file, a gzip file, or standard input; read in order once, then again at any place.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use grainscope_inspect::model::Extent;

use crate::Failure;

/// Bytes read at a time.
const CHUNK: usize = 4 << 20;

/// Bytes read around an extent, for the next ones are usually near.
const AHEAD: u64 = 256 << 10;

/// A source of capture bytes.
#[derive(Debug)]
pub(crate) struct Input {
    /// Its name for people.
    pub(crate) name: String,
    /// Bytes in the file as it lies there, for progress; `None` for standard input.
    pub(crate) size: Option<u64>,
    file: File,
    window_start: u64,
    window: Vec<u8>,
}

impl Input {
    /// Opens a file, or standard input for `-`. What is compressed by gzip, or cannot be read twice, is spooled to a
    /// temporary file that is gone with the process.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let fail = |error: io::Error| Failure::input(format!("{}: {error}", path.display()));
        if path == Path::new("-") {
            let mut stdin = io::stdin().lock();
            let mut first = [0; 2];
            let length = read_full(&mut stdin, &mut first).map_err(fail)?;
            let rest = first.get(..length).unwrap_or_default().chain(stdin);
            let file = if first == GZIP {
                spool(flate2::read::MultiGzDecoder::new(rest))
            } else {
                spool(rest)
            };
            return Ok(Self::of("standard input".into(), None, file.map_err(fail)?));
        }
        let mut file = File::open(path).map_err(fail)?;
        let metadata = file.metadata().map_err(fail)?;
        if metadata.is_dir() {
            return Err(Failure::input(format!(
                "{name}: is a folder; name a capture file in it"
            )));
        }
        let mut first = [0; 2];
        let length = read_full(&mut file, &mut first).map_err(fail)?;
        if !metadata.is_file() {
            let rest = first.get(..length).unwrap_or_default().chain(file);
            let file = if first == GZIP {
                spool(flate2::read::MultiGzDecoder::new(rest))
            } else {
                spool(rest)
            };
            return Ok(Self::of(name, None, file.map_err(fail)?));
        }
        file.seek(SeekFrom::Start(0)).map_err(fail)?;
        if length == 2 && first == GZIP {
            file = spool(flate2::read::MultiGzDecoder::new(io::BufReader::new(file))).map_err(fail)?;
        }
        let size = file.metadata().map_err(fail)?.len();
        Ok(Self::of(name, Some(size), file))
    }

    fn of(name: String, size: Option<u64>, file: File) -> Self {
        Self {
            name,
            size,
            file,
            window_start: 0,
            window: Vec::new(),
        }
    }

    /// Reads everything in order, chunk by chunk.
    pub(crate) fn stream(&mut self, mut take: impl FnMut(&[u8])) -> Result<(), Failure> {
        let fail = |error: io::Error| Failure::input(format!("{}: {error}", self.name));
        self.file.seek(SeekFrom::Start(0)).map_err(fail)?;
        let mut chunk = vec![0; CHUNK];
        loop {
            let length = read_full(&mut self.file, &mut chunk).map_err(fail)?;
            if length == 0 {
                return Ok(());
            }
            take(chunk.get(..length).unwrap_or_default());
        }
    }

    /// Reads some places again.
    pub(crate) fn read(&mut self, extents: &[Extent]) -> Result<Vec<Vec<u8>>, Failure> {
        extents.iter().map(|extent| self.read_one(extent)).collect()
    }

    fn read_one(&mut self, extent: &Extent) -> Result<Vec<u8>, Failure> {
        let length = extent.length as usize;
        if let Some(bytes) = self.in_window(extent.offset, length) {
            return Ok(bytes.to_vec());
        }
        let fail = |error: io::Error| Failure::input(format!("{}: {error}", self.name));
        self.file.seek(SeekFrom::Start(extent.offset)).map_err(fail)?;
        self.window_start = extent.offset;
        self.window.clear();
        let most = AHEAD.max(extent.length.into());
        Read::by_ref(&mut self.file)
            .take(most)
            .read_to_end(&mut self.window)
            .map_err(fail)?;
        let name = &self.name;
        let gone = || {
            Failure::input(format!(
                "{name}: packet {} is no longer there: the file changed",
                extent.packet
            ))
        };
        self.in_window(extent.offset, length)
            .map(<[u8]>::to_vec)
            .ok_or_else(gone)
    }

    fn in_window(&self, offset: u64, length: usize) -> Option<&[u8]> {
        let start = usize::try_from(offset.checked_sub(self.window_start)?).ok()?;
        self.window.get(start..start.checked_add(length)?)
    }
}

/// The first bytes of a gzip file (RFC 1952 2.3.1).
const GZIP: [u8; 2] = [0x1F, 0x8B];

/// Copies a stream to a temporary file. A stream that breaks off gives what came before.
fn spool(mut from: impl Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    let mut chunk = vec![0; 1 << 20];
    loop {
        match from.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => file.write_all(chunk.get(..length).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                eprintln!("grainscope: the stream breaks off: {error}; going on with what was read");
                break;
            }
        }
    }
    Ok(file)
}

/// Reads until the buffer is full or the stream ends.
fn read_full(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while let Some(rest) = buffer.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match from.read(rest) {
            Ok(0) => break,
            Ok(n) => length += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// Reads an SDP file: its name for people, and its text.
pub(crate) fn sdp(path: &PathBuf) -> Result<(String, String), Failure> {
    let name = path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    let bytes = std::fs::read(path).map_err(|error| Failure::input(format!("{}: {error}", path.display())))?;
    Ok((name, String::from_utf8_lossy(&bytes).into_owned()))
}
