//! Numbers that look random and are the same in every run: no clock, no state of the machine.

use uuid::{Builder, Uuid};

/// A generator of 64-bit numbers (SplitMix64): small, fast, and equal on every platform. Not for secrets.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// A generator for one use of a scenario's seed: other `stream`s give other numbers.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut random = Self {
            state: seed ^ stream.wrapping_mul(0xD134_2543_DE82_EF95),
        };
        random.next_u64();
        random
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// The next 32 bits.
    pub fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    /// A number below `bound`; 0 where `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// A random UUID (RFC 4122 version 4).
    pub fn uuid(&mut self) -> Uuid {
        let bytes = (u128::from(self.next_u64()) << 64) | u128::from(self.next_u64());
        Builder::from_random_bytes(bytes.to_be_bytes()).into_uuid()
    }

    /// A UID made of a random UUID under the root 2.25 (PS3.5 B.2).
    pub fn uid(&mut self) -> String {
        format!("2.25.{}", self.uuid().as_u128())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_another_stream_others() {
        let numbers = |seed, stream| {
            let mut random = Random::new(seed, stream);
            [random.next_u64(), random.next_u64(), random.next_u64()]
        };
        assert_eq!(numbers(1, 0), numbers(1, 0));
        assert_ne!(numbers(1, 0), numbers(1, 1));
        assert_ne!(numbers(1, 0), numbers(2, 0));
    }

    #[test]
    fn below_stays_below_and_reaches_both_ends() {
        let mut random = Random::new(7, 0);
        let mut seen = [false; 10];
        for _ in 0..1000 {
            seen[usize::try_from(random.below(10)).unwrap()] = true;
        }
        assert_eq!(seen, [true; 10]);
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn identifiers_have_their_form() {
        let mut random = Random::new(7, 0);
        assert_eq!(random.uuid().get_version_num(), 4);
        let uid = random.uid();
        assert!(
            uid.len() <= 64 && uid.starts_with("2.25.") && !uid.starts_with("2.25.0"),
            "{uid}"
        );
    }
}
