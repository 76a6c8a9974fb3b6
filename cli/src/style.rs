//! Colours on a terminal, and lines that fit it.

use std::io::IsTerminal;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns of a report.
pub(crate) const WIDTH: usize = 100;

/// How text is set off: by colours, or not at all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    colours: bool,
}

impl Style {
    /// Without colours.
    #[cfg(test)]
    pub(crate) const PLAIN: Self = Self { colours: false };

    /// Colours if standard output is a terminal, and NO_COLOR is not set to anything (no-color.org).
    pub(crate) fn of_stdout() -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let is_refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            colours: std::io::stdout().is_terminal() && !is_refused && !is_dumb,
        }
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    pub(crate) fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.paint("1;32", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colours && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// A text from a capture as it may be shown: without control characters, which a terminal would obey.
pub(crate) fn clean(text: &str) -> String {
    let safe = |c: char| if c.is_control() { '\u{FFFD}' } else { c };
    text.chars().map(safe).collect()
}

/// The beginning of a text that fits so many columns, with … if it goes on.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > columns {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// A text in lines of so many columns, broken at spaces where there are any.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut rest = word.to_owned();
        while !rest.is_empty() {
            let Some(line) = lines.last_mut() else { break };
            let room = columns.saturating_sub(line.width() + usize::from(!line.is_empty()));
            if rest.width() <= room {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(&rest);
                break;
            }
            if !line.is_empty() {
                lines.push(String::new());
                continue;
            }
            // A word longer than a line is broken anywhere.
            let mut used = 0;
            let end = rest.char_indices().find(|(_, c)| {
                used += c.width().unwrap_or(0);
                used > columns
            });
            let end = end.map_or(rest.len(), |(at, _)| at.max(1));
            let behind = rest.split_off(end.min(rest.len()));
            line.push_str(&rest);
            lines.push(String::new());
            rest = behind;
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// A text with spaces behind it up to so many columns.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    let spaces = columns.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(spaces))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_in_columns_whatever_the_script() {
        let text =
            "Grain 12 says 山田^太郎=やまだ^たろう where the static part of the flow says something else altogether";
        for columns in [10, 20, 40] {
            for line in wrap(text, columns) {
                assert!(line.width() <= columns, "{line}");
            }
        }
        assert_eq!(wrap("", 10), Vec::<String>::new());
        assert_eq!(wrap(&"x".repeat(25), 10).len(), 3);
        assert_eq!(cut("山田太郎", 5), "山田…");
        assert_eq!(pad("ab", 4), "ab  ");
        assert_eq!(clean("a\x1b[31m"), "a\u{FFFD}[31m");
        assert_eq!(Style::PLAIN.red("x"), "x");
    }
}
