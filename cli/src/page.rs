//! The page's files, which are part of the binary.

/// A file of the page with its compressed copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asset {
    /// The file as it is.
    pub(crate) bytes: &'static [u8],
    /// The same for a client that accepts `br`.
    pub(crate) brotli: Option<&'static [u8]>,
    /// The same for a client that accepts `gzip`.
    pub(crate) gzip: Option<&'static [u8]>,
    /// For the header of that name.
    pub(crate) content_type: &'static str,
    /// The name has a hash of the content in it: a client may keep the file for ever.
    pub(crate) immutable: bool,
}

impl Asset {
    /// The smallest form that a client takes, with its content encoding, by the client's Accept-Encoding header.
    pub(crate) fn encoded(&self, accept_encoding: &str) -> (&'static [u8], Option<&'static str>) {
        let accepts = |name: &str| {
            accept_encoding.split(',').any(|item| {
                let (coding, quality) = item.split_once(';').unwrap_or((item, ""));
                let refused = quality.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0);
                coding.trim().eq_ignore_ascii_case(name) && !refused
            })
        };
        match (self.brotli, self.gzip) {
            (Some(bytes), _) if accepts("br") => (bytes, Some("br")),
            (_, Some(bytes)) if accepts("gzip") => (bytes, Some("gzip")),
            _ => (self.bytes, None),
        }
    }
}

/// The file at a path of the page (`/assets/…`, with or without the first slash); `/` is index.html.
///
/// A binary that was built without the page answers `/` with a note that says how to build it.
pub(crate) fn asset(path: &str) -> Option<Asset> {
    let path = match path.trim_start_matches('/') {
        "" => "index.html",
        path => path,
    };
    if path == "index.html" && FILES.is_empty() {
        return Some(Asset {
            bytes: include_bytes!("page-missing.html"),
            brotli: None,
            gzip: None,
            content_type: content_type(path),
            immutable: false,
        });
    }
    let index = FILES.binary_search_by_key(&path, |file| file.0).ok()?;
    let (_, bytes, brotli, gzip) = *FILES.get(index)?;
    Some(Asset {
        bytes,
        brotli,
        gzip,
        content_type: content_type(path),
        immutable: path.starts_with("assets/"),
    })
}

/// Path, bytes, brotli, gzip: written by build.rs.
type File = (
    &'static str,
    &'static [u8],
    Option<&'static [u8]>,
    Option<&'static [u8]>,
);

/// Sorted by path.
const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_a_first_page() {
        for path in ["/", "", "/index.html"] {
            let index = asset(path).unwrap();
            assert!(index.bytes.starts_with(b"<!doctype html>"), "{path}");
            assert_eq!(
                (index.content_type, index.immutable),
                ("text/html; charset=utf-8", false)
            );
        }
        assert_eq!(asset("/nothing.js"), None);
        assert_eq!(asset("/../Cargo.toml"), None);
    }

    #[test]
    fn every_file_is_found_under_its_path() {
        for (path, bytes, ..) in FILES {
            let found = asset(&format!("/{path}")).unwrap();
            assert_eq!(found.bytes, *bytes);
            assert_eq!(found.immutable, path.starts_with("assets/"));
        }
    }

    #[test]
    fn the_client_chooses_the_encoding() {
        let file = Asset {
            bytes: b"plain",
            brotli: Some(b"br"),
            gzip: Some(b"gz"),
            content_type: "",
            immutable: true,
        };
        assert_eq!(file.encoded("gzip, deflate, br;q=0.5"), (&b"br"[..], Some("br")));
        assert_eq!(file.encoded("gzip, br;q=0"), (&b"gz"[..], Some("gzip")));
        assert_eq!(file.encoded(""), (&b"plain"[..], None));
        assert_eq!(Asset { brotli: None, ..file }.encoded("br"), (&b"plain"[..], None));
    }
}
