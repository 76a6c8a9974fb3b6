//! The filter language of tables: comparisons of named properties, joined by `and`, `or`, `not` and brackets.
//!
//! `grain.static and not grain.complete`, `flow == 3 or rtp.ssrc == 0x1234`, `ip.source contains "10.1"`.
//!
//! A [`Selector`] also compares attributes of the data sets: `PatientID == "X"`, `(0010,0020) == "X"`,
//! `"Patient ID" == "X"`, `RequestAttributesSequence[0].RequestedProcedureID ~ "12"`. For that it needs the Grain's bytes.

use crate::attribute::AttributePath;
use crate::detail::Decoded;
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
    Test(Subject, Operator, Literal),
}

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Subject {
    /// One of [`PROPERTIES`].
    Property(&'static str),
    /// An attribute of the Grain's data sets.
    Attribute(AttributePath),
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

/// What it is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Literal {
    text: String,
    /// The number that the text is, where it is not quoted.
    number: Option<f64>,
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

/// A filter on Grains and packets that knows attributes as well.
#[derive(Clone, Debug)]
pub struct Selector(Filter);

impl Selector {
    /// Reads a filter; an empty one selects everything.
    ///
    /// # Errors
    /// A sentence for people that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        Filter::read(text, true).map(Self)
    }

    /// Whether it compares attributes, so that it needs the data sets of Grains.
    #[must_use]
    pub fn needs_data_set(&self) -> bool {
        self.0.has_attribute()
    }

    /// Whether a Grain is selected. An attribute that the Grain does not carry selects nothing.
    #[must_use]
    pub fn selects_grain(&self, session: &Session, grain: u32, decoded: Option<&Decoded<'_>>) -> bool {
        let entry = session.grains.get(grain as usize);
        entry.is_some_and(|entry| self.0.grain(session, grain, entry, decoded))
    }

    /// Whether a packet is selected; attributes are those of its Grain.
    #[must_use]
    pub fn selects_packet(&self, session: &Session, ordinal: u64, decoded: Option<&Decoded<'_>>) -> bool {
        let entry = session.entry(ordinal);
        entry.is_some_and(|entry| self.0.packet(session, ordinal, entry, decoded))
    }
}

/// The value of a property of one row.
pub(crate) enum Value {
    Number(f64),
    Text(String),
}

impl Filter {
    /// Reads a filter on what the index knows; an empty one selects everything. An error is a sentence for people.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        Self::read(text, false)
    }

    fn read(text: &str, attributes: bool) -> Result<Self, String> {
        let tokens = tokens(text)?;
        if tokens.is_empty() {
            return Ok(Self::All);
        }
        let mut parser = Parser {
            tokens: &tokens,
            at: 0,
            attributes,
        };
        let filter = parser.any(0)?;
        match parser.peek() {
            None => Ok(filter),
            Some(token) => Err(format!("{token} was not expected here; join comparisons by and, or")),
        }
    }

    fn has_attribute(&self) -> bool {
        match self {
            Self::All => false,
            Self::And(a, b) | Self::Or(a, b) => a.has_attribute() || b.has_attribute(),
            Self::Not(a) => a.has_attribute(),
            Self::Test(subject, ..) => matches!(subject, Subject::Attribute(_)),
        }
    }

    /// Whether a Grain is selected.
    pub(crate) fn grain(&self, session: &Session, id: u32, entry: &GrainEntry, decoded: Option<&Decoded<'_>>) -> bool {
        self.holds(decoded, &|name| match name {
            "rtp.timestamp" => number(entry.rtp_timestamp),
            "packet.truncated" => truth(entry.truncated),
            _ => of_grain(session, id, entry, name).or_else(|| of_flow(session, entry.flow, name)),
        })
    }

    /// Whether a packet is selected.
    pub(crate) fn packet(
        &self,
        session: &Session,
        ordinal: u64,
        entry: &PacketEntry,
        decoded: Option<&Decoded<'_>>,
    ) -> bool {
        let has = |flag: u8| truth(entry.flags & flag != 0);
        let is_rtp = entry.flags & flags::RTP != 0;
        self.holds(decoded, &|name| match name {
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

    fn holds(&self, decoded: Option<&Decoded<'_>>, value: &dyn Fn(&str) -> Option<Value>) -> bool {
        match self {
            Self::All => true,
            Self::And(a, b) => a.holds(decoded, value) && b.holds(decoded, value),
            Self::Or(a, b) => a.holds(decoded, value) || b.holds(decoded, value),
            Self::Not(a) => !a.holds(decoded, value),
            Self::Test(Subject::Property(name), operator, literal) => {
                value(name).is_some_and(|value| compare(&value, *operator, literal))
            }
            Self::Test(Subject::Attribute(path), operator, literal) => {
                decoded.is_some_and(|decoded| of_attribute(path, decoded, *operator, literal))
            }
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

/// Whether an attribute is as the literal says: one of its values, or, for `!=`, all of them.
fn of_attribute(path: &AttributePath, decoded: &Decoded<'_>, operator: Operator, literal: &Literal) -> bool {
    let Some(values) = path.values(decoded) else {
        return false;
    };
    match operator {
        Operator::Is => true,
        Operator::Unequal => values.iter().all(|value| compare(value, operator, literal)),
        _ => values.iter().any(|value| compare(value, operator, literal)),
    }
}

fn compare(value: &Value, operator: Operator, literal: &Literal) -> bool {
    if operator == Operator::Is {
        return match value {
            Value::Number(number) => *number != 0.0,
            Value::Text(text) => !text.is_empty(),
        };
    }
    let (value, literal) = match (value, literal.number) {
        (Value::Number(a), Some(b)) => {
            return match operator {
                Operator::Equal | Operator::Contains | Operator::Is => *a == b,
                Operator::Unequal => *a != b,
                Operator::Less => *a < b,
                Operator::LessOrEqual => *a <= b,
                Operator::Greater => *a > b,
                Operator::GreaterOrEqual => *a >= b,
            };
        }
        (Value::Text(a), _) => (a.to_lowercase(), literal.text.to_lowercase()),
        (Value::Number(a), None) => (a.to_string(), literal.text.to_lowercase()),
    };
    match operator {
        Operator::Equal | Operator::Is => value == literal,
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
    /// Not quoted: a name, a number or a joining word.
    Word(String),
    /// Quoted.
    Text(String),
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Open => f.write_str("\"(\""),
            Self::Close => f.write_str("\")\""),
            Self::Operator(_) => f.write_str("an operator"),
            Self::Word(word) | Self::Text(word) => write!(f, "\"{word}\""),
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
        let taken = if rest.get(..TAG).is_some_and(is_tag) {
            let length = word_length(rest);
            tokens.push(Token::Word(rest.get(..length).unwrap_or_default().to_owned()));
            length
        } else if first == '(' || first == ')' {
            tokens.push(if first == '(' { Token::Open } else { Token::Close });
            1
        } else if first == '"' || first == '\'' {
            let inner = rest.get(1..).unwrap_or_default();
            let end = inner
                .find(first)
                .ok_or_else(|| format!("a text starts with {first} and does not end"))?;
            tokens.push(Token::Text(inner.get(..end).unwrap_or_default().to_owned()));
            end + 2
        } else if let Some((sign, operator)) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            tokens.push(Token::Operator(*operator));
            sign.len()
        } else if let Some((sign, word)) = JOINTS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            tokens.push(Token::Word((*word).to_owned()));
            sign.len()
        } else {
            let end = word_length(rest).max(first.len_utf8());
            tokens.push(word(rest.get(..end).unwrap_or_default()));
            end
        };
        rest = rest.get(taken..).unwrap_or_default().trim_start();
    }
    Ok(tokens)
}

/// Bytes of the name or number that a text starts with; tags in brackets are parts of a name.
fn word_length(text: &str) -> usize {
    let mut length = 0;
    loop {
        let rest = text.get(length..).unwrap_or_default();
        if rest.get(..TAG).is_some_and(is_tag) && (length == 0 || text.get(..length).is_some_and(|t| t.ends_with('.')))
        {
            length += TAG;
            continue;
        }
        let part = rest
            .find(|c: char| c.is_whitespace() || "()\"'=<>!~&|".contains(c))
            .unwrap_or(rest.len());
        if part == 0 {
            return length;
        }
        length += part;
    }
}

/// Length of a tag as the standard writes it.
const TAG: usize = "(0010,0020)".len();

fn is_tag(text: &str) -> bool {
    let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    let halves = inner.and_then(|inner| inner.split_once(','));
    let is_half = |half: &str| half.len() == 4 && half.bytes().all(|b| b.is_ascii_hexdigit());
    halves.is_some_and(|(group, element)| is_half(group) && is_half(element))
}

fn word(text: &str) -> Token {
    match text {
        "contains" => Token::Operator(Operator::Contains),
        _ => Token::Word(text.to_owned()),
    }
}

fn literal(text: &str) -> Literal {
    let hex = text
        .strip_prefix("0x")
        .and_then(|digits| u64::from_str_radix(digits, 16).ok());
    let number = match text {
        _ if text.eq_ignore_ascii_case("true") => Some(1.0),
        _ if text.eq_ignore_ascii_case("false") => Some(0.0),
        _ => hex.map(|n| n as f64).or_else(|| text.parse().ok()),
    };
    Literal {
        text: text.to_owned(),
        number,
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    /// Whether attributes may be named.
    attributes: bool,
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
            Some(Token::Text(name)) if self.attributes => self.test(name),
            Some(token) => Err(format!("expected the name of a property, found {token}")),
            None => Err("the filter ends where a comparison should follow".into()),
        }
    }

    fn test(&mut self, name: &str) -> Result<Filter, String> {
        let known = PROPERTIES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let subject = match known {
            Some((name, _)) => Subject::Property(name),
            None if self.attributes => Subject::Attribute(AttributePath::parse(name)?),
            None => return Err(format!("there is no property \"{name}\"")),
        };
        let Some(Token::Operator(operator)) = self.peek() else {
            return Ok(Filter::Test(subject, Operator::Is, literal("")));
        };
        self.at += 1;
        let literal = match self.take() {
            Some(Token::Word(text)) => literal(text),
            Some(Token::Text(text)) => Literal {
                text: text.clone(),
                number: None,
            },
            _ => return Err(format!("{name} is compared with nothing")),
        };
        Ok(Filter::Test(subject, *operator, literal))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(filter: &str, size: f64, kind: &str) -> bool {
        Filter::parse(filter).unwrap().holds(None, &|name| match name {
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
            !select("grain.static", 16.0, "") && select("grain.static", 1001.0, ""),
            "a name alone asks whether it is so"
        );
        assert!(
            !select("findings > 0", 16.0, ""),
            "what a row does not have is not selected"
        );
    }

    #[test]
    fn attributes_are_named_by_keyword_tag_and_name() {
        for filter in [
            "PatientID == \"X\"",
            "(0010,0020) == \"X\"",
            "00100020 == 'X'",
            "\"Patient ID\" == 'X'",
            "((0010,0020) == 'X')",
        ] {
            let selector = Selector::parse(filter).unwrap();
            assert!(selector.needs_data_set(), "{filter}");
            assert_eq!(
                selector.0,
                Selector::parse("PatientID == 'X'").map(|s| s.0).unwrap(),
                "{filter}"
            );
        }
        let nested = Selector::parse("(0034,000A)[1].(0034,0001).FlowIdentifier");
        let same = Selector::parse("RealTimeBulkDataFlowSequence[1].FlowIdentifierSequence.00340002");
        assert_eq!(nested.unwrap().0, same.unwrap().0);
        assert!(!Selector::parse("flow == 1").unwrap().needs_data_set());
        for (filter, says) in [
            ("PatientIdd", "no attribute"),
            ("PatientID[x].Rows", "number"),
            ("''", "no attribute"),
        ] {
            let error = Selector::parse(filter).unwrap_err();
            assert!(error.contains(says), "{filter}: {error}");
        }
        assert!(
            Filter::parse("PatientID == X").is_err(),
            "tables have no data sets at hand"
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
