//! The Mersenne Twister of Matsumoto and Nishimura (1998), seeded as NumPy's legacy interface does.

use super::BitSource;

/// Words of state.
pub const STATE_LEN: usize = 624;
const SHIFT: usize = 397;

/// The generator. `pos` is the next word to hand out; 624 means the block is used up.
#[derive(Clone)]
pub struct Mt19937 {
    key: [u32; STATE_LEN],
    pos: usize,
}

impl Mt19937 {
    /// Seeded by one integer, as `np.random.seed(seed)` does.
    pub fn new(seed: u32) -> Self {
        let mut key = [0u32; STATE_LEN];
        let mut value = seed;
        for (i, slot) in key.iter_mut().enumerate() {
            *slot = value;
            value = 1812433253u32
                .wrapping_mul(value ^ (value >> 30))
                .wrapping_add(i as u32 + 1);
        }
        Mt19937 { key, pos: STATE_LEN }
    }

    /// Seeded by a non-empty list of words (the reference `init_by_array`).
    pub fn from_words(words: &[u32]) -> Self {
        let mut source = Mt19937::new(19650218);
        let key = &mut source.key;
        let words = if words.is_empty() { &[0][..] } else { words };
        let (mut i, mut j) = (1, 0);
        for _ in 0..STATE_LEN.max(words.len()) {
            key[i] = (key[i] ^ (key[i - 1] ^ (key[i - 1] >> 30)).wrapping_mul(1664525))
                .wrapping_add(words[j])
                .wrapping_add(j as u32);
            i += 1;
            j += 1;
            if i >= STATE_LEN {
                key[0] = key[STATE_LEN - 1];
                i = 1;
            }
            if j >= words.len() {
                j = 0;
            }
        }
        for _ in 0..STATE_LEN - 1 {
            key[i] = (key[i] ^ (key[i - 1] ^ (key[i - 1] >> 30)).wrapping_mul(1566083941))
                .wrapping_sub(i as u32);
            i += 1;
            if i >= STATE_LEN {
                key[0] = key[STATE_LEN - 1];
                i = 1;
            }
        }
        key[0] = 0x8000_0000;
        source
    }

    /// With a given state.
    pub fn from_state(key: [u32; STATE_LEN], pos: usize) -> Self {
        Mt19937 { key, pos: pos.min(STATE_LEN) }
    }

    /// The state: words and position.
    pub fn state(&self) -> (&[u32; STATE_LEN], usize) {
        (&self.key, self.pos)
    }

    fn refill(&mut self) {
        let key = &mut self.key;
        let twist = |high: u32, low: u32| {
            let y = (high & 0x8000_0000) | (low & 0x7fff_ffff);
            (y >> 1) ^ (if y & 1 != 0 { 0x9908_b0df } else { 0 })
        };
        for i in 0..STATE_LEN - SHIFT {
            key[i] = key[i + SHIFT] ^ twist(key[i], key[i + 1]);
        }
        for i in STATE_LEN - SHIFT..STATE_LEN - 1 {
            key[i] = key[i + SHIFT - STATE_LEN] ^ twist(key[i], key[i + 1]);
        }
        key[STATE_LEN - 1] = key[SHIFT - 1] ^ twist(key[STATE_LEN - 1], key[0]);
        self.pos = 0;
    }
}

impl BitSource for Mt19937 {
    #[inline]
    fn next_u32(&mut self) -> u32 {
        if self.pos >= STATE_LEN {
            self.refill();
        }
        let mut y = self.key[self.pos];
        self.pos += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    #[inline]
    fn next_u64(&mut self) -> u64 {
        let high = self.next_u32() as u64;
        high << 32 | self.next_u32() as u64
    }

    #[inline]
    fn next_double(&mut self) -> f64 {
        let a = (self.next_u32() >> 5) as f64;
        let b = (self.next_u32() >> 6) as f64;
        (a * 67108864.0 + b) / 9007199254740992.0
    }
}
