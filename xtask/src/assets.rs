//! Content hashes in the names of the page's files, so that a browser may keep each of them for ever.
//!
//! A file that names another one gets the other's new name; its own hash then covers that name, so that a change
//! deep down gives new names all the way up to index.html, which alone keeps its name.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// Files by path, relative to the page's root, with `/` between the parts.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// The folder of everything that has a hash in its name.
pub(crate) const HASHED: &str = "assets/";

/// Renames all files but HTML and rewrites the references between them.
pub(crate) fn fingerprint(files: &Files) -> Result<Files> {
    let mut names = Naming {
        files,
        done: BTreeMap::new(),
    };
    for path in files.keys() {
        names.visit(path, &mut Vec::new())?;
    }
    Ok(names.done.into_values().map(|file| (file.path, file.bytes)).collect())
}

struct Naming<'a> {
    files: &'a Files,
    /// Finished files by their old path.
    done: BTreeMap<String, Finished>,
}

struct Finished {
    path: String,
    bytes: Vec<u8>,
}

impl Naming<'_> {
    /// Finishes a file after all those that it names. `above` leads from the first file to this one.
    fn visit(&mut self, path: &str, above: &mut Vec<String>) -> Result<()> {
        if self.done.contains_key(path) {
            return Ok(());
        }
        if above.iter().any(|seen| seen == path) {
            bail!("files name each other in a circle: {} -> {path}", above.join(" -> "));
        }
        let bytes = self.files.get(path).with_context(|| format!("no file {path}"))?;
        let bytes = if is_text(path) {
            let text = std::str::from_utf8(bytes).with_context(|| format!("{path} is not UTF-8"))?;
            above.push(path.to_owned());
            let text = self.rewrite(path, text, above)?;
            above.pop();
            text.into_bytes()
        } else {
            bytes.clone()
        };
        let finished = Finished {
            path: new_name(path, &bytes),
            bytes,
        };
        self.done.insert(path.to_owned(), finished);
        Ok(())
    }

    fn rewrite(&mut self, path: &str, text: &str, above: &mut Vec<String>) -> Result<String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = 0;
        for (start, end) in references(text) {
            let target = resolve(folder(path), &text[start..end]);
            if target == path || !self.files.contains_key(&target) {
                continue;
            }
            self.visit(&target, above)?;
            let new_folder = if is_fixed(path) {
                folder(path).to_owned()
            } else {
                format!("{HASHED}{}", folder(path))
            };
            out.push_str(&text[rest..start]);
            out.push_str(&relative(&new_folder, &self.done[&target].path));
            rest = end;
        }
        out.push_str(&text[rest..]);
        Ok(out)
    }
}

/// HTML is what people and servers address, and the page asks for its examples by name: they keep theirs.
fn is_fixed(path: &str) -> bool {
    path.ends_with(".html") || path.starts_with("example")
}

fn is_text(path: &str) -> bool {
    [".html", ".css", ".js", ".svg", ".webmanifest"]
        .iter()
        .any(|extension| path.ends_with(extension))
}

fn new_name(path: &str, bytes: &[u8]) -> String {
    if is_fixed(path) {
        return path.to_owned();
    }
    let hash: String = Sha256::digest(bytes)
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    match path.rsplit_once('.') {
        Some((stem, extension)) => format!("{HASHED}{stem}-{hash}.{extension}"),
        None => format!("{HASHED}{path}-{hash}"),
    }
}

/// Byte ranges of what stands in quotes or in `url(…)`, less a `?query` or `#fragment`.
fn references(text: &str) -> Vec<(usize, usize)> {
    let is_delimiter = |character: char| matches!(character, '"' | '\'' | '`' | '(' | ')' | '\n' | ' ' | '<' | '>');
    let mut found = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(is_delimiter).chain([(text.len(), "")]) {
        let word = &text[start..at];
        let end = start + word.find(['?', '#']).unwrap_or(word.len());
        let opened = text[..start].ends_with(['"', '\'', '`', '(']);
        if opened && end > start && text[at..].starts_with(['"', '\'', '`', ')']) {
            found.push((start, end));
        }
        start = at + 1;
    }
    found
}

fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..=slash])
}

/// A reference as a path from the root; what leads out of the root or is a URL matches no file.
fn resolve(folder: &str, reference: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in reference.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// How a file in `folder` names `path`. It starts with a dot, as ES modules demand.
fn relative(folder: &str, path: &str) -> String {
    let from: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let to: Vec<&str> = path.split('/').collect();
    let shared = from
        .iter()
        .zip(&to[..to.len() - 1])
        .take_while(|(one, other)| one == other)
        .count();
    let up = "../".repeat(from.len() - shared);
    let start = if up.is_empty() { "./" } else { &up };
    format!("{start}{}", to[shared..].join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect()
    }

    fn text<'a>(files: &'a Files, start: &str) -> (&'a str, &'a str) {
        let (path, bytes) = files.iter().find(|(path, _)| path.starts_with(start)).unwrap();
        (path, std::str::from_utf8(bytes).unwrap())
    }

    #[test]
    fn references_follow_the_new_names() {
        let before = files(&[
            (
                "index.html",
                "<link href=\"style.css\"><script src=\"boot.js\"></script><a href=\"#x\">boot.js</a>",
            ),
            ("style.css", "a { background: url(icons/dot.svg#x) }"),
            ("icons/dot.svg", "<svg/>"),
            ("boot.js", "import start from './page.js'; start();"),
            (
                "page.js",
                "import { f } from './snippets/a/inline0.js'; new URL('page_bg.wasm', import.meta.url)",
            ),
            ("snippets/a/inline0.js", "export function f() {}"),
            ("page_bg.wasm", "\0asm"),
        ]);
        let after = fingerprint(&before).unwrap();
        assert_eq!(after.len(), before.len());
        let wasm = text(&after, "assets/page_bg-").0;
        let glue = text(&after, "assets/page-");
        assert!(
            glue.1
                .contains(&format!("new URL('./{}'", wasm.strip_prefix("assets/").unwrap())),
            "{}",
            glue.1
        );
        let snippet = text(&after, "assets/snippets/a/inline0-").0;
        assert!(
            glue.1
                .contains(&format!("from './{}'", snippet.strip_prefix("assets/").unwrap())),
            "{}",
            glue.1
        );
        let icon = text(&after, "assets/icons/dot-").0;
        assert!(
            text(&after, "assets/style-")
                .1
                .contains(&format!("url(./{}#x)", icon.strip_prefix("assets/").unwrap()))
        );
        let index = text(&after, "index.html").1;
        assert!(
            index.contains(&format!("src=\"./{}\"", text(&after, "assets/boot-").0)),
            "{index}"
        );
        // Text that people read stays.
        assert!(index.ends_with("<a href=\"#x\">boot.js</a>"), "{index}");
    }

    #[test]
    fn a_change_deep_down_renames_all_that_lead_to_it() {
        let page = |wasm: &str| {
            fingerprint(&files(&[
                ("index.html", "<script src=\"boot.js\">"),
                ("boot.js", "import './page.js'"),
                ("page.js", "new URL('page_bg.wasm')"),
                ("other.css", "a {}"),
                ("page_bg.wasm", wasm),
            ]))
            .unwrap()
        };
        let (one, two) = (page("one"), page("two"));
        let kept: Vec<_> = one.keys().filter(|path| two.contains_key(*path)).collect();
        assert_eq!(kept, [text(&one, "assets/other-").0, "index.html"]);
        assert_ne!(one["index.html"], two["index.html"]);
        assert_eq!(one, page("one"), "the same files give the same names");
    }

    #[test]
    fn a_circle_is_an_error() {
        let error = fingerprint(&files(&[("a.js", "import './b.js'"), ("b.js", "import './a.js'")])).unwrap_err();
        assert!(error.to_string().contains("circle"), "{error}");
    }

    #[test]
    fn relative_paths_lead_from_folder_to_file() {
        assert_eq!(relative("", "assets/x.js"), "./assets/x.js");
        assert_eq!(relative("assets/", "assets/x.js"), "./x.js");
        assert_eq!(relative("assets/snippets/a/", "assets/x.js"), "../../x.js");
        assert_eq!(resolve("snippets/a/", "../../page.js"), "page.js");
    }
}
