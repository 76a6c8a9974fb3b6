//! The span of time that the timeline shows.

/// The shortest span: 100 microseconds, less than a packet's time in most flows.
const SHORTEST: i64 = 100_000;

/// A span of time within that of the capture; nanoseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First moment.
    pub from: i64,
    /// Last moment.
    pub to: i64,
}

impl Span {
    /// The whole of a capture. A capture of one moment gets a span around it.
    #[must_use]
    pub fn whole(start: i64, end: i64) -> Self {
        if end.saturating_sub(start) < SHORTEST {
            Self {
                from: start,
                to: start.saturating_add(SHORTEST),
            }
        } else {
            Self { from: start, to: end }
        }
    }

    /// Its length.
    #[must_use]
    pub const fn length(self) -> i64 {
        self.to.saturating_sub(self.from)
    }

    /// The moment at a fraction of its length.
    #[must_use]
    pub fn at(self, fraction: f64) -> i64 {
        self.from.saturating_add((self.length() as f64 * fraction) as i64)
    }

    /// The fraction of its length at which a moment lies.
    #[must_use]
    pub fn fraction(self, ns: i64) -> f64 {
        ns.saturating_sub(self.from) as f64 / (self.length().max(1)) as f64
    }

    /// The span `factor` times as long, the moment at `fraction` staying where it is, within `whole`.
    #[must_use]
    pub fn zoomed(self, factor: f64, fraction: f64, whole: Self) -> Self {
        let length = ((self.length() as f64 * factor) as i64).clamp(SHORTEST, whole.length());
        let from = self.at(fraction).saturating_sub((length as f64 * fraction) as i64);
        Self {
            from,
            to: from.saturating_add(length),
        }
        .within(whole)
    }

    /// The span moved by a fraction of its length, within `whole`.
    #[must_use]
    pub fn moved(self, fraction: f64, whole: Self) -> Self {
        let step = (self.length() as f64 * fraction) as i64;
        Self {
            from: self.from.saturating_add(step),
            to: self.to.saturating_add(step),
        }
        .within(whole)
    }

    /// The span moved just enough to show a moment, if it does not; within `whole`.
    #[must_use]
    pub fn showing(self, ns: i64, whole: Self) -> Self {
        if (self.from..=self.to).contains(&ns) {
            return self;
        }
        let from = ns.saturating_sub(self.length() / 2);
        Self {
            from,
            to: from.saturating_add(self.length()),
        }
        .within(whole)
    }

    fn within(self, whole: Self) -> Self {
        let length = self.length().min(whole.length());
        let from = self.from.clamp(whole.from, whole.to.saturating_sub(length));
        Self {
            from,
            to: from.saturating_add(length),
        }
    }

    /// Round moments for marks, `about` of them, with the step between them.
    #[must_use]
    pub fn ticks(self, about: u32) -> (i64, Vec<i64>) {
        let rough = (self.length() / i64::from(about.max(1))).max(1);
        let step = step(rough);
        let first = self.from.div_euclid(step).saturating_add(1).saturating_mul(step);
        let ticks = (0..i64::from(about) * 3)
            .map(|i| first.saturating_add(i.saturating_mul(step)))
            .take_while(|t| *t <= self.to)
            .collect();
        (step, ticks)
    }
}

/// The round step that is not shorter than `rough`: 1, 2 or 5 times a power of ten up to ten seconds, then parts of an hour.
fn step(rough: i64) -> i64 {
    const NS: i64 = 1_000_000_000;
    const LONG: [i64; 11] = [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 10_800, 21_600];
    let mut power = 1;
    while power <= NS * 10 {
        for factor in [1, 2, 5] {
            if power * factor >= rough && power * factor <= NS * 10 {
                return power * factor;
            }
        }
        power *= 10;
    }
    let long = LONG.iter().map(|s| s * NS).find(|s| *s >= rough);
    long.unwrap_or_else(|| (rough / (86_400 * NS) + 1).saturating_mul(86_400 * NS))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Span = Span {
        from: 1_000_000_000_000,
        to: 1_010_000_000_000,
    };

    #[test]
    fn zoom_keeps_the_moment_under_the_pointer() {
        let near = WHOLE.zoomed(0.5, 0.25, WHOLE);
        assert_eq!(near.length(), WHOLE.length() / 2);
        assert!((near.at(0.25) - WHOLE.at(0.25)).abs() <= 1);
        assert_eq!(near.zoomed(100.0, 0.5, WHOLE), WHOLE);
    }

    #[test]
    fn one_cannot_leave_the_capture() {
        let near = WHOLE.zoomed(0.1, 0.0, WHOLE);
        assert_eq!(near.moved(-3.0, WHOLE).from, WHOLE.from);
        assert_eq!(near.moved(300.0, WHOLE).to, WHOLE.to);
        assert_eq!(near.moved(300.0, WHOLE).length(), near.length());
        assert!(WHOLE.zoomed(1e-12, 0.5, WHOLE).length() >= SHORTEST);
    }

    #[test]
    fn a_moment_out_of_view_is_brought_to_the_middle() {
        let near = WHOLE.zoomed(0.1, 0.0, WHOLE);
        let shown = near.showing(1_005_000_000_000, WHOLE);
        assert!((shown.fraction(1_005_000_000_000) - 0.5).abs() < 0.01);
        assert_eq!(shown.showing(1_005_000_000_001, WHOLE), shown);
    }

    #[test]
    fn odd_captures_do_no_harm() {
        let moment = Span::whole(5, 5);
        assert_eq!(moment.length(), SHORTEST);
        let extreme = Span::whole(i64::MIN, i64::MAX);
        let _ = extreme.zoomed(0.5, 0.5, extreme).moved(1.0, extreme).ticks(8);
        let _ = Span::whole(i64::MAX, i64::MAX).ticks(8);
        let _ = Span::whole(10, 0).zoomed(2.0, 0.5, Span::whole(10, 0));
    }

    #[test]
    fn marks_are_round_and_about_as_many_as_wanted() {
        let (step, ticks) = WHOLE.ticks(8);
        assert_eq!(step, 2_000_000_000);
        assert_eq!(ticks.len(), 5);
        assert!(ticks.iter().all(|t| t % step == 0));
        assert_eq!(step_of(90), 120);
        assert_eq!(step_of(100_000), 172_800);
        assert_eq!(step_of(11), 15);
    }

    fn step_of(seconds: i64) -> i64 {
        step(seconds * 1_000_000_000) / 1_000_000_000
    }
}
