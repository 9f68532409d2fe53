//! What a formula computes with: one float, or a register of them.
//!
//! # Unsafe contract
//! [`Eight`] and [`Four`] exist only inside functions compiled for AVX-512 or AVX2 with fused
//! multiply-add, which run only after the processor was asked. Their methods are always inlined
//! there.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// Adding and subtracting it rounds to an integer, which stands in the low bits of the sum.
pub(super) const ROUNDER: f64 = 6755399441055744.0;

/// Floats that are computed with together. Operations have the same bits in every lane as on one
/// float. `…_bits` operations are on the IEEE patterns as 64-bit integers.
pub(super) trait Lanes:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// One truth value a lane.
    type Mask: Copy;
    fn splat(c: f64) -> Self;
    /// `self * b + c`, rounded once.
    fn mul_add(self, b: Self, c: Self) -> Self;
    fn sqrt(self) -> Self;
    fn lt(self, other: Self) -> Self::Mask;
    fn le(self, other: Self) -> Self::Mask;
    /// Comparison of the patterns as signed integers: of numbers without sign the same, of all
    /// others without raising conditions, which comparisons of nan may do.
    fn lt_bits(self, other: Self) -> Self::Mask;
    /// Lowest bit of the pattern.
    fn odd_bits(self) -> Self::Mask;
    fn both(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    fn either(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    fn any(a: Self::Mask) -> bool;
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;
    fn and_bits(self, k: u64) -> Self;
    fn or_bits(self, k: u64) -> Self;
    fn xor_bits(self, other: Self) -> Self;
    fn add_bits(self, k: u64) -> Self;
    fn sub_bits(self, other: Self) -> Self;
    fn shift_left<const N: u32>(self) -> Self;
    fn shift_right<const N: u32>(self) -> Self;

    #[inline(always)]
    fn abs(self) -> Self {
        self.and_bits(!(1 << 63))
    }
    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        self.abs().xor_bits(sign.and_bits(1 << 63))
    }
    /// Between the limits, neither of which is nan.
    #[inline(always)]
    fn clamp(self, low: f64, high: f64) -> Self {
        let (low, high) = (Self::splat(low), Self::splat(high));
        let x = Self::select(self.lt(low), low, self);
        Self::select(high.lt(x), high, x)
    }
    /// `2**k` for `k` given as a float plus [`ROUNDER`], `-1022 <= k <= 1023`.
    #[inline(always)]
    fn power_of_two(rounded: Self) -> Self {
        rounded.add_bits(1023).shift_left::<52>()
    }
    /// `self * 2**k` for integers `|k| < 2000`, rounded once.
    #[inline(always)]
    fn scale(self, k: Self) -> Self {
        let rounder = Self::splat(ROUNDER);
        let half = k.mul_add(Self::splat(0.5), rounder);
        let rest = k - (half - rounder) + rounder;
        self * Self::power_of_two(half) * Self::power_of_two(rest)
    }
    /// The polynomial with these coefficients, lowest first: even and odd powers separately, for
    /// half the latency of Horner's rule.
    #[inline(always)]
    fn polynomial<const N: usize>(self, c: &[f64; N]) -> Self {
        let square = self * self;
        let chain = |first: usize| {
            let mut k = if (N - 1) % 2 == first % 2 { N - 1 } else { N - 2 };
            let mut sum = Self::splat(c[k]);
            while k >= 2 + first {
                k -= 2;
                sum = sum.mul_add(square, Self::splat(c[k]));
            }
            sum
        };
        if N == 1 { Self::splat(c[0]) } else { chain(1).mul_add(self, chain(0)) }
    }
}

impl Lanes for f64 {
    type Mask = bool;
    #[inline(always)]
    fn splat(c: f64) -> f64 {
        c
    }
    #[inline(always)]
    fn mul_add(self, b: f64, c: f64) -> f64 {
        f64::mul_add(self, b, c)
    }
    #[inline(always)]
    fn sqrt(self) -> f64 {
        f64::sqrt(self)
    }
    #[inline(always)]
    fn lt(self, other: f64) -> bool {
        self < other
    }
    #[inline(always)]
    fn le(self, other: f64) -> bool {
        self <= other
    }
    #[inline(always)]
    fn lt_bits(self, other: f64) -> bool {
        (self.to_bits() as i64) < other.to_bits() as i64
    }
    #[inline(always)]
    fn odd_bits(self) -> bool {
        self.to_bits() & 1 != 0
    }
    #[inline(always)]
    fn both(a: bool, b: bool) -> bool {
        a & b
    }
    #[inline(always)]
    fn either(a: bool, b: bool) -> bool {
        a | b
    }
    #[inline(always)]
    fn any(a: bool) -> bool {
        a
    }
    #[inline(always)]
    fn select(mask: bool, yes: f64, no: f64) -> f64 {
        if mask { yes } else { no }
    }
    #[inline(always)]
    fn and_bits(self, k: u64) -> f64 {
        f64::from_bits(self.to_bits() & k)
    }
    #[inline(always)]
    fn or_bits(self, k: u64) -> f64 {
        f64::from_bits(self.to_bits() | k)
    }
    #[inline(always)]
    fn xor_bits(self, other: f64) -> f64 {
        f64::from_bits(self.to_bits() ^ other.to_bits())
    }
    #[inline(always)]
    fn add_bits(self, k: u64) -> f64 {
        f64::from_bits(self.to_bits().wrapping_add(k))
    }
    #[inline(always)]
    fn sub_bits(self, other: f64) -> f64 {
        f64::from_bits(self.to_bits().wrapping_sub(other.to_bits()))
    }
    #[inline(always)]
    fn shift_left<const N: u32>(self) -> f64 {
        f64::from_bits(self.to_bits() << N)
    }
    #[inline(always)]
    fn shift_right<const N: u32>(self) -> f64 {
        f64::from_bits(self.to_bits() >> N)
    }
}

/// A register: [`Lanes`] that move from and to memory.
pub(super) trait Register: Lanes {
    const LANES: usize;
    /// # Safety
    /// `LANES` readable doubles.
    unsafe fn load(from: *const f64) -> Self;
    /// # Safety
    /// `LANES` writeable doubles.
    unsafe fn store(self, to: *mut f64);
    /// # Safety
    /// `LANES` readable floats.
    unsafe fn load_single(from: *const f32) -> Self;
    /// # Safety
    /// `LANES` writeable floats.
    unsafe fn store_single(self, to: *mut f32);
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Eight, Four};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::*;
    use std::arch::x86_64::*;

    /// Eight doubles.
    #[derive(Clone, Copy)]
    pub struct Eight(pub __m512d);
    /// Four doubles.
    #[derive(Clone, Copy)]
    pub struct Four(pub __m256d);

    macro_rules! operators {
        ($register:ident: $($trait:ident $method:ident $instruction:ident;)*) => { $(
            impl $trait for $register {
                type Output = $register;
                #[inline(always)]
                fn $method(self, other: $register) -> $register {
                    // SAFETY: by the file's contract.
                    unsafe { $register($instruction(self.0, other.0)) }
                }
            }
        )* };
    }
    operators! { Eight: Add add _mm512_add_pd; Sub sub _mm512_sub_pd; Mul mul _mm512_mul_pd; Div div _mm512_div_pd; }
    operators! { Four: Add add _mm256_add_pd; Sub sub _mm256_sub_pd; Mul mul _mm256_mul_pd; Div div _mm256_div_pd; }

    /// Methods that are one expression of instructions.
    macro_rules! instructions {
        ($($name:ident ($($arg:ident: $t:ty),*) -> $out:ty = $e:expr;)*) => { $(
            #[inline(always)]
            fn $name($($arg: $t),*) -> $out {
                // SAFETY: by the file's contract.
                unsafe { $e }
            }
        )* };
    }

    impl Neg for Eight {
        type Output = Eight;
        #[inline(always)]
        fn neg(self) -> Eight {
            self.xor_bits(Eight::splat(-0.0))
        }
    }
    impl Neg for Four {
        type Output = Four;
        #[inline(always)]
        fn neg(self) -> Four {
            self.xor_bits(Four::splat(-0.0))
        }
    }

    #[inline(always)]
    fn int8(x: Eight) -> __m512i {
        // SAFETY: by the file's contract.
        unsafe { _mm512_castpd_si512(x.0) }
    }
    #[inline(always)]
    fn float8(x: __m512i) -> Eight {
        // SAFETY: by the file's contract.
        unsafe { Eight(_mm512_castsi512_pd(x)) }
    }
    #[inline(always)]
    fn int4(x: Four) -> __m256i {
        // SAFETY: by the file's contract.
        unsafe { _mm256_castpd_si256(x.0) }
    }
    #[inline(always)]
    fn float4(x: __m256i) -> Four {
        // SAFETY: by the file's contract.
        unsafe { Four(_mm256_castsi256_pd(x)) }
    }

    impl Lanes for Eight {
        type Mask = __mmask8;
        // `scalef` is the same in one instruction.
        #[inline(always)]
        fn scale(self, k: Eight) -> Eight {
            // SAFETY: by the file's contract.
            unsafe { Eight(_mm512_scalef_pd(self.0, k.0)) }
        }
        #[inline(always)]
        fn mul_add(self, b: Eight, c: Eight) -> Eight {
            // SAFETY: by the file's contract.
            unsafe { Eight(_mm512_fmadd_pd(self.0, b.0, c.0)) }
        }
        #[inline(always)]
        fn sqrt(self) -> Eight {
            // SAFETY: by the file's contract.
            unsafe { Eight(_mm512_sqrt_pd(self.0)) }
        }
        #[inline(always)]
        fn lt(self, other: Eight) -> __mmask8 {
            // SAFETY: by the file's contract.
            unsafe { _mm512_cmp_pd_mask::<_CMP_LT_OQ>(self.0, other.0) }
        }
        #[inline(always)]
        fn le(self, other: Eight) -> __mmask8 {
            // SAFETY: by the file's contract.
            unsafe { _mm512_cmp_pd_mask::<_CMP_LE_OQ>(self.0, other.0) }
        }
        #[inline(always)]
        fn lt_bits(self, other: Eight) -> __mmask8 {
            // SAFETY: by the file's contract.
            unsafe { _mm512_cmplt_epi64_mask(int8(self), int8(other)) }
        }
        #[inline(always)]
        fn odd_bits(self) -> __mmask8 {
            // SAFETY: by the file's contract.
            unsafe { _mm512_test_epi64_mask(int8(self), _mm512_set1_epi64(1)) }
        }
        #[inline(always)]
        fn and_bits(self, k: u64) -> Eight {
            // SAFETY: by the file's contract.
            unsafe { float8(_mm512_and_si512(int8(self), _mm512_set1_epi64(k as i64))) }
        }
        #[inline(always)]
        fn or_bits(self, k: u64) -> Eight {
            // SAFETY: by the file's contract.
            unsafe { float8(_mm512_or_si512(int8(self), _mm512_set1_epi64(k as i64))) }
        }
        #[inline(always)]
        fn xor_bits(self, other: Eight) -> Eight {
            // SAFETY: by the file's contract.
            unsafe { float8(_mm512_xor_si512(int8(self), int8(other))) }
        }
        #[inline(always)]
        fn add_bits(self, k: u64) -> Eight {
            // SAFETY: by the file's contract.
            unsafe { float8(_mm512_add_epi64(int8(self), _mm512_set1_epi64(k as i64))) }
        }
        #[inline(always)]
        fn sub_bits(self, other: Eight) -> Eight {
            // SAFETY: by the file's contract.
            unsafe { float8(_mm512_sub_epi64(int8(self), int8(other))) }
        }
        instructions! {
            splat(c: f64) -> Eight = Eight(_mm512_set1_pd(c));
            select(mask: __mmask8, yes: Eight, no: Eight) -> Eight = Eight(_mm512_mask_blend_pd(mask, no.0, yes.0));
        }
        #[inline(always)]
        fn both(a: __mmask8, b: __mmask8) -> __mmask8 {
            a & b
        }
        #[inline(always)]
        fn either(a: __mmask8, b: __mmask8) -> __mmask8 {
            a | b
        }
        #[inline(always)]
        fn any(a: __mmask8) -> bool {
            a != 0
        }
        #[inline(always)]
        fn shift_left<const N: u32>(self) -> Eight {
            // SAFETY: by the file's contract.
            unsafe { float8(_mm512_slli_epi64::<N>(int8(self))) }
        }
        #[inline(always)]
        fn shift_right<const N: u32>(self) -> Eight {
            // SAFETY: by the file's contract.
            unsafe { float8(_mm512_srli_epi64::<N>(int8(self))) }
        }
    }

    impl Lanes for Four {
        /// All bits of a lane are its truth value.
        type Mask = __m256d;
        #[inline(always)]
        fn mul_add(self, b: Four, c: Four) -> Four {
            // SAFETY: by the file's contract.
            unsafe { Four(_mm256_fmadd_pd(self.0, b.0, c.0)) }
        }
        #[inline(always)]
        fn sqrt(self) -> Four {
            // SAFETY: by the file's contract.
            unsafe { Four(_mm256_sqrt_pd(self.0)) }
        }
        #[inline(always)]
        fn lt(self, other: Four) -> __m256d {
            // SAFETY: by the file's contract.
            unsafe { _mm256_cmp_pd::<_CMP_LT_OQ>(self.0, other.0) }
        }
        #[inline(always)]
        fn le(self, other: Four) -> __m256d {
            // SAFETY: by the file's contract.
            unsafe { _mm256_cmp_pd::<_CMP_LE_OQ>(self.0, other.0) }
        }
        #[inline(always)]
        fn lt_bits(self, other: Four) -> __m256d {
            // SAFETY: by the file's contract.
            unsafe { float4(_mm256_cmpgt_epi64(int4(other), int4(self))).0 }
        }
        #[inline(always)]
        fn odd_bits(self) -> __m256d {
            // SAFETY: by the file's contract.
            unsafe {
                let one = _mm256_set1_epi64x(1);
                float4(_mm256_cmpeq_epi64(_mm256_and_si256(int4(self), one), one)).0
            }
        }
        #[inline(always)]
        fn and_bits(self, k: u64) -> Four {
            // SAFETY: by the file's contract.
            unsafe { float4(_mm256_and_si256(int4(self), _mm256_set1_epi64x(k as i64))) }
        }
        #[inline(always)]
        fn or_bits(self, k: u64) -> Four {
            // SAFETY: by the file's contract.
            unsafe { float4(_mm256_or_si256(int4(self), _mm256_set1_epi64x(k as i64))) }
        }
        #[inline(always)]
        fn xor_bits(self, other: Four) -> Four {
            // SAFETY: by the file's contract.
            unsafe { float4(_mm256_xor_si256(int4(self), int4(other))) }
        }
        #[inline(always)]
        fn add_bits(self, k: u64) -> Four {
            // SAFETY: by the file's contract.
            unsafe { float4(_mm256_add_epi64(int4(self), _mm256_set1_epi64x(k as i64))) }
        }
        #[inline(always)]
        fn sub_bits(self, other: Four) -> Four {
            // SAFETY: by the file's contract.
            unsafe { float4(_mm256_sub_epi64(int4(self), int4(other))) }
        }
        instructions! {
            splat(c: f64) -> Four = Four(_mm256_set1_pd(c));
            both(a: __m256d, b: __m256d) -> __m256d = _mm256_and_pd(a, b);
            either(a: __m256d, b: __m256d) -> __m256d = _mm256_or_pd(a, b);
            any(a: __m256d) -> bool = _mm256_movemask_pd(a) != 0;
            select(mask: __m256d, yes: Four, no: Four) -> Four = Four(_mm256_blendv_pd(no.0, yes.0, mask));
        }
        #[inline(always)]
        fn shift_left<const N: u32>(self) -> Four {
            // SAFETY: by the file's contract.
            unsafe { float4(_mm256_sll_epi64(int4(self), _mm_cvtsi32_si128(N as i32))) }
        }
        #[inline(always)]
        fn shift_right<const N: u32>(self) -> Four {
            // SAFETY: by the file's contract.
            unsafe { float4(_mm256_srl_epi64(int4(self), _mm_cvtsi32_si128(N as i32))) }
        }
    }

    impl Register for Eight {
        const LANES: usize = 8;
        #[inline(always)]
        unsafe fn load(from: *const f64) -> Eight {
            // SAFETY: by the contracts.
            unsafe { Eight(_mm512_loadu_pd(from)) }
        }
        #[inline(always)]
        unsafe fn store(self, to: *mut f64) {
            // SAFETY: by the contracts.
            unsafe { _mm512_storeu_pd(to, self.0) }
        }
        #[inline(always)]
        unsafe fn load_single(from: *const f32) -> Eight {
            // SAFETY: by the contracts.
            unsafe { Eight(_mm512_cvtps_pd(_mm256_loadu_ps(from))) }
        }
        #[inline(always)]
        unsafe fn store_single(self, to: *mut f32) {
            // SAFETY: by the contracts.
            unsafe { _mm256_storeu_ps(to, _mm512_cvtpd_ps(self.0)) }
        }
    }

    impl Register for Four {
        const LANES: usize = 4;
        #[inline(always)]
        unsafe fn load(from: *const f64) -> Four {
            // SAFETY: by the contracts.
            unsafe { Four(_mm256_loadu_pd(from)) }
        }
        #[inline(always)]
        unsafe fn store(self, to: *mut f64) {
            // SAFETY: by the contracts.
            unsafe { _mm256_storeu_pd(to, self.0) }
        }
        #[inline(always)]
        unsafe fn load_single(from: *const f32) -> Four {
            // SAFETY: by the contracts.
            unsafe { Four(_mm256_cvtps_pd(_mm_loadu_ps(from))) }
        }
        #[inline(always)]
        unsafe fn store_single(self, to: *mut f32) {
            // SAFETY: by the contracts.
            unsafe { _mm_storeu_ps(to, _mm256_cvtpd_ps(self.0)) }
        }
    }
}
