//! What is thrown: an `Error` that says in its fields what went wrong, and where.

use dicom_rtv::{Error, ErrorKind, Tag, Vr};
use js_sys::Reflect;
use serde::Serialize;
use wasm_bindgen::JsValue;

/// One fault. Offsets are numbers of JavaScript: exact up to 2^53.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) offset: f64,
    pub(crate) what: String,
    pub(crate) expected: Option<String>,
    pub(crate) found: Option<String>,
}

/// The result of everything that JavaScript calls.
pub(crate) type Result<T> = core::result::Result<T, Fault>;

impl Fault {
    /// An argument of the wrong type or form.
    pub(crate) fn argument(what: impl Into<String>, expected: &str, found: impl Into<String>) -> Self {
        Self::new(
            "argument",
            what.into(),
            0.0,
            Some(expected.to_owned()),
            Some(found.into()),
        )
    }

    /// A value that cannot stand in an element.
    pub(crate) fn value(tag: Tag, vr: Vr, expected: &str, found: impl Into<String>) -> Self {
        Self::argument(format!("{tag} {vr}"), expected, found)
    }

    pub(crate) fn unsupported(what: impl Into<String>, feature: &str) -> Self {
        Self::new("unsupported", what.into(), 0.0, None, Some(feature.to_owned()))
    }

    pub(crate) fn limit(what: &str, most: impl core::fmt::Display) -> Self {
        Self::new("limit", what.to_owned(), 0.0, Some(format!("at most {most}")), None)
    }

    fn new(code: &'static str, what: String, offset: f64, expected: Option<String>, found: Option<String>) -> Self {
        let message = match (&expected, &found) {
            (Some(expected), Some(found)) => format!("{what}: expected {expected}, found {found}"),
            (Some(expected), None) => format!("{what}: {expected}"),
            (None, Some(found)) => format!("{what}: not supported: {found}"),
            (None, None) => what.clone(),
        };
        Self {
            code,
            message,
            offset,
            what,
            expected,
            found,
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let (code, expected, found) = match error.kind {
            ErrorKind::Incomplete { needed, available } => (
                "incomplete",
                Some(format!("{needed} bytes")),
                Some(format!("{available} bytes")),
            ),
            ErrorKind::Invalid { expected, found } => ("invalid", Some(expected.to_owned()), Some(found.to_string())),
            ErrorKind::Unsupported { feature } => ("unsupported", None, Some(feature.to_owned())),
            ErrorKind::Limit { limit, value } => ("limit", Some(format!("{limit} = {value} at most")), None),
            // A kind that is new to this crate still has its message.
            _ => ("invalid", None, None),
        };
        Self {
            code,
            message: error.to_string(),
            offset: error.offset as f64,
            what: error.what.to_owned(),
            expected,
            found,
        }
    }
}

impl From<serde_wasm_bindgen::Error> for Fault {
    fn from(error: serde_wasm_bindgen::Error) -> Self {
        Self::new("argument", "argument".to_owned(), 0.0, None, None).with_message(error.to_string())
    }
}

impl Fault {
    fn with_message(mut self, message: String) -> Self {
        self.message = message;
        self
    }
}

impl From<Fault> for JsValue {
    fn from(fault: Fault) -> Self {
        let error = js_sys::Error::new(&fault.message);
        error.set_name("RtvError");
        let text = |text: Option<String>| text.map_or(Self::NULL, Self::from);
        for (key, value) in [
            ("code", fault.code.into()),
            ("offset", fault.offset.into()),
            ("what", fault.what.into()),
            ("expected", text(fault.expected)),
            ("found", text(fault.found)),
        ] {
            // A new Error takes properties.
            let _ = Reflect::set(&error, &key.into(), &value);
        }
        error.into()
    }
}
