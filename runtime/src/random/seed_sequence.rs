//! `SeedSequence`: spreads any amount of entropy over any number of words (O'Neill's design).

const POOL: usize = 4;
const INIT_A: u32 = 0x43b0_d7e5;
const MULT_A: u32 = 0x931e_8875;
const INIT_B: u32 = 0x8b51_f9dd;
const MULT_B: u32 = 0x58f3_8ded;
const MIX_LEFT: u32 = 0xca01_f9dd;
const MIX_RIGHT: u32 = 0x4973_f715;

/// Mixed entropy, from which generators take their state.
#[derive(Clone, Debug)]
pub struct SeedSequence {
    pool: [u32; POOL],
}

impl SeedSequence {
    /// From entropy words (least significant first) and the words of the spawn key.
    pub fn new(entropy: &[u32], spawn_key: &[u32]) -> Self {
        let mut words = entropy.to_vec();
        if !spawn_key.is_empty() && words.len() < POOL {
            // So that a spawn key never looks like more entropy.
            words.resize(POOL, 0);
        }
        words.extend_from_slice(spawn_key);
        let mut constant = INIT_A;
        let mut hash = |value: u32| {
            let value = value ^ constant;
            constant = constant.wrapping_mul(MULT_A);
            let value = value.wrapping_mul(constant);
            value ^ (value >> 16)
        };
        let mix = |x: u32, y: u32| {
            let r = MIX_LEFT.wrapping_mul(x).wrapping_sub(MIX_RIGHT.wrapping_mul(y));
            r ^ (r >> 16)
        };
        let mut pool = [0u32; POOL];
        for (i, slot) in pool.iter_mut().enumerate() {
            *slot = hash(words.get(i).copied().unwrap_or(0));
        }
        for source in 0..POOL {
            for target in 0..POOL {
                if source != target {
                    pool[target] = mix(pool[target], hash(pool[source]));
                }
            }
        }
        for &word in words.iter().skip(POOL) {
            for slot in &mut pool {
                *slot = mix(*slot, hash(word));
            }
        }
        SeedSequence { pool }
    }

    /// The mixed pool.
    pub fn pool(&self) -> [u32; POOL] {
        self.pool
    }

    /// `n` words of 32 bits.
    pub fn generate_u32(&self, n: usize) -> Vec<u32> {
        let mut constant = INIT_B;
        (0..n)
            .map(|i| {
                let value = self.pool[i % POOL] ^ constant;
                constant = constant.wrapping_mul(MULT_B);
                let value = value.wrapping_mul(constant);
                value ^ (value >> 16)
            })
            .collect()
    }

    /// `n` words of 64 bits, low halves first.
    pub fn generate_u64(&self, n: usize) -> Vec<u64> {
        self.generate_u32(2 * n)
            .chunks_exact(2)
            .map(|pair| pair[0] as u64 | (pair[1] as u64) << 32)
            .collect()
    }
}

/// A non-negative integer given by its 32-bit words as entropy: no trailing zeros, but one word
/// for zero.
pub fn entropy_words(value: u128) -> Vec<u32> {
    let mut words = Vec::new();
    let mut rest = value;
    loop {
        words.push(rest as u32);
        rest >>= 32;
        if rest == 0 {
            return words;
        }
    }
}
