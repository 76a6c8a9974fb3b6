//! Reads the one form of Python literal that the sources use: lines `KEY: ('…', "…", …),` of a dict.

use anyhow::{Context as _, Result, bail};

/// A line of a dict: the key as written without quotes, and the strings of its tuple.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The key: `0x00100010`, `60xx0010` or a UID.
    pub(super) key: String,
    /// The strings of the tuple.
    pub(super) values: Vec<String>,
}

/// The rows of the dict that is assigned to `name`.
pub(super) fn rows(text: &str, name: &str) -> Result<Vec<Row>> {
    let mut lines = text
        .lines()
        .skip_while(|line| !(line.starts_with(name) && line.ends_with('{')));
    lines.next().with_context(|| format!("no dict {name}"))?;
    let rows: Result<Vec<Row>> = lines
        .map(str::trim)
        .take_while(|line| *line != "}")
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| row(line).with_context(|| format!("in {name}: {line}")))
        .collect();
    let rows = rows?;
    if rows.is_empty() {
        bail!("{name} is empty");
    }
    Ok(rows)
}

fn row(line: &str) -> Result<Row> {
    let (key, rest) = match line.chars().next() {
        Some('\'' | '"') => string(line)?,
        _ => {
            let at = line.find(':').context("no colon")?;
            (line[..at].to_owned(), &line[at..])
        }
    };
    let rest = rest.strip_prefix(':').context("no colon")?.trim_start();
    let mut rest = rest.strip_prefix('(').context("no tuple")?;
    let mut values = Vec::new();
    while !rest.starts_with(')') {
        let (value, after) = string(rest)?;
        values.push(value);
        rest = after.trim_start().trim_start_matches(',').trim_start();
    }
    Ok(Row { key, values })
}

/// The string literal at the start, and what follows it.
fn string(text: &str) -> Result<(String, &str)> {
    let mut chars = text.char_indices();
    let (_, quote) = chars
        .next()
        .filter(|(_, c)| matches!(c, '\'' | '"'))
        .context("no string")?;
    let mut value = String::new();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => value.push(chars.next().context("a backslash ends the line")?.1),
            _ if c == quote => return Ok((value, &text[at + 1..])),
            _ => value.push(c),
        }
    }
    bail!("unclosed string")
}
