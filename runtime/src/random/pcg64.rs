//! PCG64 (XSL-RR 128/64) of O'Neill, the default bit generator of `np.random.default_rng`.

use super::{BitSource, SeedSequence};

const MULTIPLIER: u128 = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645;

/// The generator.
#[derive(Clone)]
pub struct Pcg64 {
    state: u128,
    increment: u128,
    /// The unused upper half of a 64-bit draw.
    half: Option<u32>,
}

impl Pcg64 {
    /// Seeded from a seed sequence.
    pub fn new(seed: &SeedSequence) -> Self {
        let words = seed.generate_u64(4);
        let wide = |high: u64, low: u64| (high as u128) << 64 | low as u128;
        let mut source = Pcg64 {
            state: 0,
            increment: wide(words[2], words[3]) << 1 | 1,
            half: None,
        };
        source.step();
        source.state = source.state.wrapping_add(wide(words[0], words[1]));
        source.step();
        source
    }

    /// With a given state: state, increment and the buffered half draw.
    pub fn from_state(state: u128, increment: u128, half: Option<u32>) -> Self {
        Pcg64 { state, increment, half }
    }

    /// The state: state, increment and the buffered half draw.
    pub fn state(&self) -> (u128, u128, Option<u32>) {
        (self.state, self.increment, self.half)
    }

    #[inline]
    fn step(&mut self) {
        self.state = self.state.wrapping_mul(MULTIPLIER).wrapping_add(self.increment);
    }

    /// Advances the stream by `delta` steps.
    pub fn advance(&mut self, delta: u128) {
        let (mut factor, mut term) = (1u128, 0u128);
        let (mut current_factor, mut current_term) = (MULTIPLIER, self.increment);
        let mut rest = delta;
        while rest > 0 {
            if rest & 1 != 0 {
                factor = factor.wrapping_mul(current_factor);
                term = term.wrapping_mul(current_factor).wrapping_add(current_term);
            }
            current_term = current_factor.wrapping_add(1).wrapping_mul(current_term);
            current_factor = current_factor.wrapping_mul(current_factor);
            rest >>= 1;
        }
        self.state = factor.wrapping_mul(self.state).wrapping_add(term);
        self.half = None;
    }
}

impl BitSource for Pcg64 {
    #[inline]
    fn next_u32(&mut self) -> u32 {
        if let Some(half) = self.half.take() {
            return half;
        }
        let value = self.next_u64();
        self.half = Some((value >> 32) as u32);
        value as u32
    }

    #[inline]
    fn next_u64(&mut self) -> u64 {
        self.step();
        let folded = (self.state >> 64) as u64 ^ self.state as u64;
        folded.rotate_right((self.state >> 122) as u32)
    }

    #[inline]
    fn next_double(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / 9007199254740992.0)
    }
}
