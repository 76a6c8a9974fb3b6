//! Compressed copies of the page's files, made once instead of at each request.

use std::io::Write;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Below this many bytes a compressed copy saves no packet.
const SMALLEST: usize = 512;

/// True for files that compression makes smaller.
pub(crate) fn is_compressible(path: &str, bytes: &[u8]) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    bytes.len() >= SMALLEST
        && matches!(
            extension,
            "html" | "css" | "js" | "json" | "pcapng" | "sdp" | "svg" | "txt" | "wasm" | "webmanifest"
        )
}

/// Brotli at its best.
pub(crate) fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 24,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut out, &parameters)?;
    Ok(out)
}

/// gzip at its best, for clients that do not speak brotli.
pub(crate) fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}
