//! Bytes from pasted text: plain hex, C arrays, and the dumps of Wireshark, tcpdump, xxd and hexdump.

/// The bytes that a text stands for.
///
/// Where each line starts with its offset, only as many bytes are taken from it as the next offset allows, so that a
/// column of text beside the bytes is never read as bytes.
///
/// # Errors
///
/// A sentence that names the line and the word that is not hexadecimal, or says that there is nothing.
pub fn bytes(text: &str) -> Result<Vec<u8>, String> {
    let lines: Vec<(usize, &str)> = (1..)
        .zip(text.lines().map(str::trim))
        .filter(|(_, l)| !l.is_empty())
        .collect();
    if lines.is_empty() {
        return Err("Nothing was pasted.".into());
    }
    match offsets(&lines) {
        Some(offsets) => dump(&lines, &offsets),
        None => plain(&lines),
    }
}

/// The offset that each line starts with, if they all do and count up from 0.
fn offsets(lines: &[(usize, &str)]) -> Option<Vec<usize>> {
    let offsets: Vec<usize> = lines.iter().map(|(_, line)| offset(line)).collect::<Option<_>>()?;
    let rises = offsets
        .windows(2)
        .all(|pair| pair[0] < pair[1] && pair[1] - pair[0] <= 64);
    (offsets.first() == Some(&0) && rises).then_some(offsets)
}

fn offset(line: &str) -> Option<usize> {
    let (word, rest) = line.split_once([' ', '\t', ':']).unwrap_or((line, ""));
    let word = word.strip_prefix("0x").unwrap_or(word);
    let is_offset = (4..=8).contains(&word.len()) && (!rest.is_empty() || word.len() >= 7);
    if is_offset {
        usize::from_str_radix(word, 16).ok()
    } else {
        None
    }
}

fn dump(lines: &[(usize, &str)], offsets: &[usize]) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    for (index, (number, line)) in lines.iter().enumerate() {
        let wanted = offsets.get(index + 1).map(|next| next - offsets[index]);
        let data = line
            .split_once([' ', '\t', ':'])
            .map_or("", |(_, rest)| rest.trim_start_matches(':').trim_start());
        let data = data.split('|').next().unwrap_or("");
        let data = if wanted.is_none() {
            data.split("   ").next().unwrap_or("")
        } else {
            data
        };
        let start = bytes.len();
        let limit = wanted.unwrap_or(16);
        for word in data.split_whitespace() {
            if bytes.len() - start >= limit {
                break;
            }
            match digits(word) {
                Some(more) => bytes.extend(more),
                None if wanted.is_none() => break,
                None => return Err(format!("Line {number}: “{word}” is not hexadecimal.")),
            }
        }
        if let Some(wanted) = wanted
            && bytes.len() - start != wanted
        {
            let got = bytes.len() - start;
            return Err(format!("Line {number} has {got} bytes where its offsets say {wanted}."));
        }
    }
    if bytes.is_empty() {
        Err("There are offsets, but no bytes.".into())
    } else {
        Ok(bytes)
    }
}

fn plain(lines: &[(usize, &str)]) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    // A digit whose other half is in the next word, as a byte may be torn by a line break.
    let mut half: Option<String> = None;
    for (number, line) in lines {
        for word in line.split(|c: char| c.is_whitespace() || ",:;-{}[]()\"\\".contains(c)) {
            let word = word
                .strip_prefix("0x")
                .or_else(|| word.strip_prefix("0X"))
                .unwrap_or(word);
            let word = word.strip_prefix('x').unwrap_or(word);
            if word.is_empty() {
                continue;
            }
            if let Some(bad) = word.chars().find(|c| !c.is_ascii_hexdigit()) {
                return Err(format!(
                    "Line {number}: “{}” is not hexadecimal ({bad}).",
                    excerpt(word)
                ));
            }
            let mut word = word.to_owned();
            if let Some(before) = half.take() {
                word.insert_str(0, &before);
            }
            if word.len() % 2 == 1 {
                half = word.pop().map(String::from);
            }
            bytes.extend(digits(&word).unwrap_or_default());
        }
    }
    match half {
        Some(_) => Err("The number of hex digits is odd: half a byte is missing.".into()),
        None if bytes.is_empty() => Err("There are no hex digits.".into()),
        None => Ok(bytes),
    }
}

/// The bytes of an even number of hex digits.
fn digits(word: &str) -> Option<Vec<u8>> {
    let word = word.as_bytes();
    if word.len() % 2 == 1 {
        return None;
    }
    let value = |d: u8| (d as char).to_digit(16);
    word.chunks_exact(2)
        .map(|pair| Some((value(pair[0])? * 16 + value(pair[1])?) as u8))
        .collect()
}

fn excerpt(word: &str) -> String {
    let mut text: String = word.chars().take(20).collect();
    if text.len() < word.len() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_hex_in_any_dress() {
        for text in [
            "4449434d",
            "44 49 43 4D",
            "0x44, 0x49, 0x43, 0x4d",
            "{ 0x44, 0x49,\n 0x43, 0x4D };",
            "44:49:43:4d",
            "\\x44\\x49\\x43\\x4d",
            "444\n9434d",
        ] {
            assert_eq!(bytes(text).as_deref(), Ok(b"DICM".as_slice()), "{text}");
        }
    }

    #[test]
    fn dumps_with_offsets_and_text() {
        let wireshark = "0000   44 49 43 4d 02 00 00 00 55 4c 04 00 be ef 00 01   DICM....UL......\n0010   de ad be                                          ...";
        let xxd = "00000000: 4449 434d 0200 0000 554c 0400 beef 0001  DICM....UL......\n00000010: dead be                                  ...";
        let hexdump = "00000000  44 49 43 4d 02 00 00 00  55 4c 04 00 be ef 00 01  |DICM....UL......|\n00000010  de ad be                                          |...|\n00000013";
        let tcpdump = "\t0x0000:  4449 434d 0200 0000 554c 0400 beef 0001  DICM....UL......\n\t0x0010:  dead be                                  ...";
        let expected = b"DICM\x02\0\0\0UL\x04\0\xbe\xef\0\x01\xde\xad\xbe".as_slice();
        for text in [wireshark, xxd, hexdump, tcpdump] {
            assert_eq!(bytes(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn text_that_looks_like_hex_beside_a_dump_is_not_taken() {
        let text = "0000   61 62 63 64 65 66 61 62 63 64 65 66 61 62 63 64   abcdefabcdefabcd\n0010   61 62   ab";
        assert_eq!(bytes(text).map(|b| b.len()), Ok(18));
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(bytes("44 zz").unwrap_err(), "Line 1: “zz” is not hexadecimal (z).");
        assert!(bytes("44 4").unwrap_err().contains("odd"));
        assert!(bytes("  \n ").unwrap_err().contains("Nothing"));
        assert!(bytes("{ }").unwrap_err().contains("no hex"));
        assert!(
            bytes("0000   44 49\n0010   44")
                .unwrap_err()
                .contains("2 bytes where its offsets say 16")
        );
        assert!(bytes("Müller, Jürgen").is_err());
    }
}
