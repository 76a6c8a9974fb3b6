//! What a user may change: limits, and deviations that are known and accepted.

use serde::{Deserialize, Serialize};

/// Limits and accepted deviations, as a file of `--rules` holds them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RuleSettings {
    /// Limits of the rules that have one.
    pub thresholds: Thresholds,
    /// Deviations that are known: they are still reported, marked, and not counted.
    pub accept: Vec<Accepted>,
}

/// The limits that rules compare with. The defaults are those of the standards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// `rtp.timestamp`: ticks by which RTP timestamp and sync timestamp may differ.
    pub timestamp_ticks: u32,
    /// `rtp.udp-size`: UDP length in bytes where the SDP declares no MAXUDP.
    pub udp_size: u32,
    /// `static.interval`: milliseconds from one static part to the next, one Grain period and the tolerance not counted.
    pub static_interval_ms: f64,
    /// `rendition.rate`: milliseconds from one Grain of a rendition to the next, the tolerance not counted.
    pub rendition_interval_ms: f64,
    /// Tolerance of both intervals, milliseconds.
    pub interval_tolerance_ms: f64,
    /// `sync.offset`: milliseconds between flows of one rendition.
    pub sync_offset_ms: f64,
    /// `sync.rate`: difference of the rates, per cent.
    pub sync_rate_percent: f64,
    /// `sync.rate`: seconds that a flow must last to be judged.
    pub sync_rate_seconds: f64,
    /// `sync.step`: milliseconds.
    pub sync_step_ms: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            timestamp_ticks: 2,
            udp_size: 1460,
            static_interval_ms: 1000.0,
            rendition_interval_ms: 1000.0,
            interval_tolerance_ms: 5.0,
            sync_offset_ms: 10.0,
            sync_rate_percent: 0.01,
            sync_rate_seconds: 10.0,
            sync_step_ms: 3.0,
        }
    }
}

/// A deviation that is known and accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// The rule.
    pub rule: String,
    /// The flow: its number, its source or destination as `239.20.1.2:5006`, its flow identifier, or its kind as
    /// `dicom-video`; all flows if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
    /// Why; it appears with the finding.
    pub reason: String,
}

impl RuleSettings {
    /// Reads the JSON of a settings file.
    ///
    /// # Errors
    ///
    /// One sentence: where the JSON is wrong, which threshold makes no sense, which rule does not exist, which
    /// deviation has no reason.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let settings: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        settings.thresholds.check()?;
        for accepted in &settings.accept {
            if super::rule(&accepted.rule).is_none() {
                return Err(format!("there is no rule {:?}", accepted.rule));
            }
            if accepted.reason.trim().is_empty() {
                return Err(format!("accepting {} needs a reason", accepted.rule));
            }
        }
        Ok(settings)
    }
}

impl Thresholds {
    fn check(&self) -> Result<(), String> {
        let all = [
            ("static_interval_ms", self.static_interval_ms),
            ("rendition_interval_ms", self.rendition_interval_ms),
            ("interval_tolerance_ms", self.interval_tolerance_ms),
            ("sync_offset_ms", self.sync_offset_ms),
            ("sync_rate_percent", self.sync_rate_percent),
            ("sync_rate_seconds", self.sync_rate_seconds),
            ("sync_step_ms", self.sync_step_ms),
        ];
        match all.iter().find(|(_, value)| !value.is_finite() || *value < 0.0) {
            Some((name, value)) => Err(format!("{name} is {value}, it must be 0 or more")),
            None => Ok(()),
        }
    }
}

/// Nanoseconds of milliseconds.
pub(super) fn ns(milliseconds: f64) -> i64 {
    (milliseconds * 1e6).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_and_checked() {
        let text = r#"{"thresholds": {"sync_offset_ms": 20},
            "accept": [{"rule": "rtp.loss", "flow": "239.20.1.2:5006", "reason": "test bench drops on purpose"}]}"#;
        let settings = RuleSettings::from_json(text).unwrap();
        assert_eq!(settings.thresholds.sync_offset_ms, 20.0);
        assert_eq!(settings.thresholds.udp_size, 1460);
        assert_eq!(settings.accept[0].flow.as_deref(), Some("239.20.1.2:5006"));
        assert_eq!(RuleSettings::from_json("{}").unwrap(), RuleSettings::default());
        for (text, part) in [
            (r#"{"accept": [{"rule": "rtp.los", "reason": "x"}]}"#, "rtp.los"),
            (r#"{"accept": [{"rule": "rtp.loss", "reason": " "}]}"#, "reason"),
            (r#"{"thresholds": {"sync_step_ms": -1}}"#, "sync_step_ms"),
            (r#"{"threshold": {}}"#, "threshold"),
            (r#"{"thresholds": {"sync_step": 1}}"#, "sync_step"),
        ] {
            let error = RuleSettings::from_json(text).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
