//! Light and dark.

use super::dom;
use yew::AttrValue;

/// Name of the setting.
const SETTING: &str = "grainscope.theme";

/// Which colours to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Those of the system.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The colours that were chosen last, put to use.
    #[must_use]
    pub fn restore() -> Self {
        let theme = match dom::setting(SETTING).as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        };
        theme.apply();
        theme
    }

    /// The next of the three, put to use and kept.
    #[must_use]
    pub fn next(self) -> Self {
        let next = match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        };
        dom::keep_setting(SETTING, next.name());
        next.apply();
        next
    }

    /// Its name in the style sheet.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// What to say of the switch.
    #[must_use]
    pub const fn hint(self) -> AttrValue {
        AttrValue::Static(match self {
            Self::System => "Colours: as the system has them",
            Self::Light => "Colours: light",
            Self::Dark => "Colours: dark",
        })
    }

    fn apply(self) {
        if let Some(root) = dom::document().and_then(|d| d.document_element()) {
            // The name of the attribute is valid.
            let _ = root.set_attribute("data-theme", self.name());
        }
    }
}
