//! The filter language of tables: comparisons of named properties, joined by `and`, `or`, `not` and brackets.
//!
//! `grain.static and not grain.complete`, `flow == 3 or rtp.ssrc == 0x1234`, `ip.source contains "10.1"`.

use crate::index::{GrainEntry, PacketEntry, flags};
use crate::session::Session;

/// Brackets and `not` within each other.
const DEPTH: u32 = 32;

/// A parsed filter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filter {
    All,
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Test(&'static str, Operator, Literal),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Is,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Number(f64),
    Text(String),
}

/// The properties that a filter can name, with what they are.
pub const PROPERTIES: [(&str, &str); 24] = [
    ("flow", "number of the flow"),
    ("flow.kind", "dicom-video, video, rtp, …"),
    ("ip.source", "address and port of the sender"),
    ("ip.destination", "address and port of the receiver"),
    ("rtp.ssrc", "synchronisation source"),
    ("rtp.payload_type", "payload type"),
    ("rtp.timestamp", "RTP timestamp"),
    ("rtp.sequence", "sequence number (packets)"),
    ("rtp.marker", "marker bit (packets)"),
    ("packet.number", "number in the capture (packets)"),
    ("packet.length", "bytes on the wire (packets)"),
    ("packet.truncated", "cut by the capture (packets)"),
    ("packet.duplicate", "came before (packets)"),
    ("packet.late", "came after a later one (packets)"),
    ("packet.gap", "packets are missing before it (packets)"),
    ("grain", "is a Grain, or part of one"),
    ("grain.index", "number in its flow (Grains)"),
    ("grain.size", "bytes of payload (Grains)"),
    ("grain.packets", "count of packets (Grains)"),
    ("grain.complete", "every packet arrived (Grains)"),
    ("grain.static", "carries the static part (Grains)"),
    ("grain.dynamic", "carries the dynamic part (Grains)"),
    ("grain.latency", "arrival minus origin, milliseconds (Grains)"),
    ("findings", "count of findings (Grains)"),
];

/// The value of a property of one row.
enum Value {
    Number(f64),
    Text(String),
}

impl Filter {
    /// Reads a filter; an empty one selects everything. An error is a sentence for people.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let tokens = tokens(text)?;
        if tokens.is_empty() {
            return Ok(Self::All);
        }
        let mut parser = Parser { tokens: &tokens, at: 0 };
        let filter = parser.any(0)?;
        match parser.peek() {
            None => Ok(filter),
            Some(token) => Err(format!("{token} was not expected here; join comparisons by and, or")),
        }
    }

    /// Whether a Grain is selected.
    pub(crate) fn grain(&self, session: &Session, id: u32, entry: &GrainEntry) -> bool {
        self.holds(&|name| match name {
            "rtp.timestamp" => number(entry.rtp_timestamp),
            "packet.truncated" => truth(entry.truncated),
            _ => of_grain(session, id, entry, name).or_else(|| of_flow(session, entry.flow, name)),
        })
    }

    /// Whether a packet is selected.
    pub(crate) fn packet(&self, session: &Session, ordinal: u64, entry: &PacketEntry) -> bool {
        let has = |flag: u8| truth(entry.flags & flag != 0);
        let is_rtp = entry.flags & flags::RTP != 0;
        self.holds(&|name| match name {
            "packet.number" => Some(Value::Number(ordinal as f64)),
            "packet.length" => number(entry.original),
            "packet.truncated" => has(flags::TRUNCATED),
            "packet.duplicate" => has(flags::DUPLICATE),
            "packet.late" => has(flags::REORDERED),
            "packet.gap" => has(flags::AFTER_GAP),
            "rtp.marker" => has(flags::MARKER),
            "rtp.sequence" => is_rtp.then_some(Value::Number(entry.sequence.into())),
            "rtp.timestamp" => is_rtp.then_some(Value::Number(entry.rtp_timestamp.into())),
            _ => {
                let grain = session.grains.get(entry.grain as usize);
                grain
                    .and_then(|grain| of_grain(session, entry.grain, grain, name))
                    .or_else(|| of_flow(session, entry.flow, name))
            }
        })
    }

    fn holds(&self, value: &dyn Fn(&str) -> Option<Value>) -> bool {
        match self {
            Self::All => true,
            Self::And(a, b) => a.holds(value) && b.holds(value),
            Self::Or(a, b) => a.holds(value) || b.holds(value),
            Self::Not(a) => !a.holds(value),
            Self::Test(name, operator, literal) => value(name).is_some_and(|value| compare(&value, *operator, literal)),
        }
    }
}

fn number(n: u32) -> Option<Value> {
    Some(Value::Number(n.into()))
}

fn truth(is: bool) -> Option<Value> {
    Some(Value::Number(f64::from(u8::from(is))))
}

fn of_grain(session: &Session, id: u32, entry: &GrainEntry, name: &str) -> Option<Value> {
    match name {
        "grain" => truth(true),
        "grain.index" => number(entry.index),
        "grain.size" => number(entry.payload_bytes),
        "grain.packets" => number(entry.packets.1),
        "grain.complete" => truth(entry.complete),
        "grain.static" => truth(entry.is_static),
        "grain.dynamic" => truth(entry.is_dynamic),
        "grain.latency" => Some(Value::Number(session.grain_row(id, entry).latency_ns? as f64 / 1e6)),
        "findings" => number(entry.findings),
        _ => None,
    }
}

fn of_flow(session: &Session, slot: u32, name: &str) -> Option<Value> {
    let id = session.table.number(slot)?;
    let flow = session.table.by_number(id)?;
    match name {
        "flow" => number(id),
        "flow.kind" => Some(Value::Text(flow.kind().as_str().to_owned())),
        "ip.source" => Some(Value::Text(flow.key.source.to_string())),
        "ip.destination" => Some(Value::Text(flow.key.destination.to_string())),
        "rtp.ssrc" => number(flow.rtp?.0),
        "rtp.payload_type" => number(flow.rtp?.1.into()),
        _ => None,
    }
}

fn compare(value: &Value, operator: Operator, literal: &Literal) -> bool {
    let (value, literal) = match (value, literal) {
        (Value::Number(a), Literal::Number(b)) => {
            return match operator {
                Operator::Is => *a != 0.0,
                Operator::Equal | Operator::Contains => a == b,
                Operator::Unequal => a != b,
                Operator::Less => a < b,
                Operator::LessOrEqual => a <= b,
                Operator::Greater => a > b,
                Operator::GreaterOrEqual => a >= b,
            };
        }
        (Value::Text(a), Literal::Text(b)) => (a.to_lowercase(), b.to_lowercase()),
        (Value::Text(a), Literal::Number(b)) => (a.to_lowercase(), b.to_string()),
        (Value::Number(a), Literal::Text(b)) => (a.to_string(), b.to_lowercase()),
    };
    match operator {
        Operator::Is => !value.is_empty(),
        Operator::Equal => value == literal,
        Operator::Unequal => value != literal,
        Operator::Less => value < literal,
        Operator::LessOrEqual => value <= literal,
        Operator::Greater => value > literal,
        Operator::GreaterOrEqual => value >= literal,
        Operator::Contains => value.contains(&literal),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    Operator(Operator),
    Word(String),
    Text(String),
    Number(f64),
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Open => f.write_str("\"(\""),
            Self::Close => f.write_str("\")\""),
            Self::Operator(_) => f.write_str("an operator"),
            Self::Word(word) | Self::Text(word) => write!(f, "\"{word}\""),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    const SIGNS: [(&str, Operator); 8] = [
        ("==", Operator::Equal),
        ("!=", Operator::Unequal),
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("=", Operator::Equal),
        ("<", Operator::Less),
        (">", Operator::Greater),
        ("~", Operator::Contains),
    ];
    const JOINTS: [(&str, &str); 3] = [("&&", "and"), ("||", "or"), ("!", "not")];
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let taken = if first == '(' || first == ')' {
            tokens.push(if first == '(' { Token::Open } else { Token::Close });
            1
        } else if first == '"' {
            let inner = rest.get(1..).unwrap_or_default();
            let end = inner.find('"').ok_or("a text starts with \" and does not end")?;
            tokens.push(Token::Text(inner.get(..end).unwrap_or_default().to_owned()));
            end + 2
        } else if let Some((sign, operator)) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            tokens.push(Token::Operator(*operator));
            sign.len()
        } else if let Some((sign, word)) = JOINTS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            tokens.push(Token::Word((*word).to_owned()));
            sign.len()
        } else {
            let end = rest
                .find(|c: char| c.is_whitespace() || "()\"=<>!~&|".contains(c))
                .unwrap_or(rest.len())
                .max(first.len_utf8());
            tokens.push(word(rest.get(..end).unwrap_or_default()));
            end
        };
        rest = rest.get(taken..).unwrap_or_default().trim_start();
    }
    Ok(tokens)
}

fn word(text: &str) -> Token {
    let hex = text
        .strip_prefix("0x")
        .and_then(|digits| u64::from_str_radix(digits, 16).ok());
    match (hex, text.parse::<f64>(), text) {
        (Some(n), _, _) => Token::Number(n as f64),
        (None, Ok(n), _) => Token::Number(n),
        (_, _, "contains") => Token::Operator(Operator::Contains),
        _ => Token::Word(text.to_owned()),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self) -> Option<&'a Token> {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn is_word(&mut self, word: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word));
        self.at += usize::from(is);
        is
    }

    fn any(&mut self, depth: u32) -> Result<Filter, String> {
        let mut filter = self.all(depth)?;
        while self.is_word("or") {
            filter = Filter::Or(Box::new(filter), Box::new(self.all(depth)?));
        }
        Ok(filter)
    }

    fn all(&mut self, depth: u32) -> Result<Filter, String> {
        let mut filter = self.one(depth)?;
        while self.is_word("and") {
            filter = Filter::And(Box::new(filter), Box::new(self.one(depth)?));
        }
        Ok(filter)
    }

    fn one(&mut self, depth: u32) -> Result<Filter, String> {
        if depth > DEPTH {
            return Err(format!("more than {DEPTH} brackets within each other"));
        }
        if self.is_word("not") {
            return Ok(Filter::Not(Box::new(self.one(depth + 1)?)));
        }
        match self.take() {
            Some(Token::Open) => {
                let inner = self.any(depth + 1)?;
                match self.take() {
                    Some(Token::Close) => Ok(inner),
                    _ => Err("a bracket is not closed".into()),
                }
            }
            Some(Token::Word(name)) => self.test(name),
            Some(token) => Err(format!("expected the name of a property, found {token}")),
            None => Err("the filter ends where a comparison should follow".into()),
        }
    }

    fn test(&mut self, name: &str) -> Result<Filter, String> {
        let known = PROPERTIES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let (name, _) = known.ok_or_else(|| format!("there is no property \"{name}\""))?;
        let Some(Token::Operator(operator)) = self.peek() else {
            return Ok(Filter::Test(name, Operator::Is, Literal::Number(0.0)));
        };
        self.at += 1;
        let literal = match self.take() {
            Some(Token::Number(n)) => Literal::Number(*n),
            Some(Token::Word(w)) if w.eq_ignore_ascii_case("true") => Literal::Number(1.0),
            Some(Token::Word(w)) if w.eq_ignore_ascii_case("false") => Literal::Number(0.0),
            Some(Token::Word(text) | Token::Text(text)) => Literal::Text(text.clone()),
            _ => return Err(format!("{name} is compared with nothing")),
        };
        Ok(Filter::Test(name, *operator, literal))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(filter: &str, size: f64, kind: &str) -> bool {
        Filter::parse(filter).unwrap().holds(&|name| match name {
            "grain.size" => Some(Value::Number(size)),
            "flow.kind" => Some(Value::Text(kind.into())),
            "grain.static" => truth(size > 1000.0),
            _ => None,
        })
    }

    #[test]
    fn comparisons_join_by_and_or_not() {
        assert!(select("", 1.0, ""));
        assert!(select(
            "grain.size > 1000 and flow.kind == dicom-video",
            1500.0,
            "dicom-video"
        ));
        assert!(!select(
            "grain.size > 1000 && flow.kind == \"dicom-audio\"",
            1500.0,
            "dicom-video"
        ));
        assert!(select("not grain.static or flow.kind ~ VIDEO", 1500.0, "dicom-video"));
        assert!(select("!(grain.static == true)", 10.0, ""));
        assert!(select("grain.size = 0x10", 16.0, ""));
        assert!(
            !select("findings > 0", 16.0, ""),
            "what a row does not have is not selected"
        );
    }

    #[test]
    fn a_bad_filter_says_what_is_wrong() {
        for (filter, says) in [
            ("grain.sise > 1", "no property"),
            ("grain.size >", "compared with nothing"),
            ("(grain.static", "not closed"),
            ("grain.static grain.static", "not expected"),
            ("flow.kind == \"x", "does not end"),
            ("and", "property"),
        ] {
            let error = Filter::parse(filter).unwrap_err();
            assert!(error.contains(says), "{filter}: {error}");
        }
        assert!(Filter::parse(&"(".repeat(100_000)).is_err());
        assert!(Filter::parse("é ß").is_err());
    }
}
