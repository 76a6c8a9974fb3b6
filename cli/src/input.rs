//! Where bytes come from: files, gzip files, or standard input; read in order once, and again at any place.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use grainscope_inspect::FILE_BITS;
use grainscope_inspect::model::Extent;

use crate::Failure;

/// Bytes read around an extent, for the next ones are usually near.
const AHEAD: u64 = 256 << 10;

/// The first bytes of a gzip file (RFC 1952 2.3.1).
const GZIP: [u8; 2] = [0x1F, 0x8B];

/// A source of capture bytes.
pub(crate) struct Input {
    /// Its name for people.
    pub(crate) name: String,
    /// Bytes of the file as it lies there, for progress; `None` for what has no end yet.
    pub(crate) size: Option<u64>,
    /// Bytes of that read so far.
    done: Rc<Cell<u64>>,
    /// Read in order.
    stream: Box<dyn Read>,
    /// Read at any place: the file itself, or where the stream is spooled.
    file: File,
    /// Bytes spooled so far, where the stream cannot be read twice.
    spooled: Option<u64>,
    window_start: u64,
    window: Vec<u8>,
}

impl Input {
    /// Opens a file, or standard input for `-`. What is compressed by gzip, or cannot be read twice, is spooled to a
    /// temporary file that is gone with the process.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let fail = |error: io::Error| Failure::input(format!("{}: {error}", path.display()));
        if path == Path::new("-") {
            return Self::of_stream("standard input".into(), io::stdin()).map_err(fail);
        }
        let name = path.display().to_string();
        let mut file = File::open(path).map_err(fail)?;
        let metadata = file.metadata().map_err(fail)?;
        if metadata.is_dir() {
            return Err(Failure::input(format!("{name}: is a folder; name the files in it")));
        }
        if !metadata.is_file() {
            return Self::of_stream(name, file).map_err(fail);
        }
        let mut first = [0; 2];
        let length = read_full(&mut file, &mut first).map_err(fail)?;
        file.seek(SeekFrom::Start(0)).map_err(fail)?;
        let done = Rc::new(Cell::new(0));
        let counted = Counted {
            inner: file,
            done: Rc::clone(&done),
        };
        let is_gzip = length == 2 && first == GZIP;
        let (stream, file): (Box<dyn Read>, File) = if is_gzip {
            let buffered = io::BufReader::with_capacity(1 << 18, counted);
            (
                Box::new(flate2::read::MultiGzDecoder::new(buffered)),
                tempfile::tempfile().map_err(fail)?,
            )
        } else {
            (Box::new(counted), File::open(path).map_err(fail)?)
        };
        Ok(Self {
            name,
            size: Some(metadata.len()),
            done,
            stream,
            file,
            spooled: is_gzip.then_some(0),
            window_start: 0,
            window: Vec::new(),
        })
    }

    fn of_stream(name: String, mut stream: impl Read + 'static) -> io::Result<Self> {
        let mut first = [0; 2];
        let length = read_full(&mut stream, &mut first)?;
        let rest = io::Cursor::new(first).take(length as u64).chain(stream);
        let stream: Box<dyn Read> = if first == GZIP {
            Box::new(flate2::read::MultiGzDecoder::new(rest))
        } else {
            Box::new(rest)
        };
        Ok(Self {
            name,
            size: None,
            done: Rc::default(),
            stream,
            file: tempfile::tempfile()?,
            spooled: Some(0),
            window_start: 0,
            window: Vec::new(),
        })
    }

    /// Whether more may come at any time: a pipe, not a file.
    pub(crate) const fn is_live(&self) -> bool {
        self.size.is_none()
    }

    /// Bytes of [`size`](Self::size) read so far.
    pub(crate) fn done(&self) -> u64 {
        self.done.get()
    }

    /// Reads the next bytes: as many as fit of a file, those that are there of a pipe. 0 at the end.
    pub(crate) fn next(&mut self, chunk: &mut [u8]) -> Result<usize, Failure> {
        let read = if self.is_live() {
            read_some(&mut self.stream, chunk)
        } else {
            read_full(&mut self.stream, chunk)
        };
        let Some(spooled) = &mut self.spooled else {
            return read.map_err(|error| Failure::input(format!("{}: {error}", self.name)));
        };
        let length = read.unwrap_or_else(|error| {
            eprintln!(
                "grainscope: {}: the stream breaks off: {error}; going on with what was read",
                self.name
            );
            0
        });
        let part = chunk.get(..length).unwrap_or_default();
        self.file
            .seek(SeekFrom::Start(*spooled))
            .and_then(|_| self.file.write_all(part))
            .map_err(|error| Failure::input(format!("cannot spool {}: {error}", self.name)))?;
        *spooled += length as u64;
        Ok(length)
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

/// The bytes of one capture, in one file or several.
pub(crate) struct Bytes {
    pub(crate) inputs: Vec<Input>,
}

impl Bytes {
    /// Reads some places again.
    pub(crate) fn read(&mut self, extents: &[Extent]) -> Result<Vec<Vec<u8>>, Failure> {
        extents.iter().map(|extent| self.read_one(extent)).collect()
    }

    fn read_one(&mut self, extent: &Extent) -> Result<Vec<u8>, Failure> {
        if let [input] = self.inputs.as_mut_slice() {
            return input.read_one(extent);
        }
        let file = (extent.offset >> FILE_BITS) as usize;
        let inside = Extent {
            offset: extent.offset & ((1 << FILE_BITS) - 1),
            ..*extent
        };
        match self.inputs.get_mut(file) {
            Some(input) => input.read_one(&inside),
            None => Err(Failure::input(format!("packet {} is in no file", extent.packet))),
        }
    }
}

/// A reader that tells how far it is.
struct Counted {
    inner: File,
    done: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.done.set(self.done.get() + length as u64);
        Ok(length)
    }
}

/// Reads until the buffer is full or the stream ends.
fn read_full(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while let Some(rest) = buffer.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match read_some(from, rest) {
            Ok(0) => break,
            Ok(n) => length += n,
            // What was read before the stream broke counts; the error comes again.
            Err(_) if length > 0 => break,
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// Reads what is there.
fn read_some(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
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
