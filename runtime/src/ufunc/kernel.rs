//! Inner loops: one function per operation and element type, over `(pointers, n, byte strides)`.
//!
//! # Unsafe contract
//! An [`InnerLoop`] gets one pointer and stride per operand, inputs first. Each operand must have
//! `n` valid elements of the loop's type (any alignment), and an output must either be disjoint
//! from an input or coincide with it element for element. A [`ReduceLoop`] folds `n` elements
//! into the one at `acc`.
//!
//! Operations are zero-sized types implementing [`Op1`] or [`Op2`]; the loops here turn them into
//! machine loops. Runs that are contiguous (or constant) in every operand are processed in blocks
//! held in registers: loads come before stores within a block, so exact aliasing is harmless and
//! no run-time overlap test is needed for vector code.

use crate::dtype::{DType, Element};
use crate::fpflags::FpFlags;
use crate::iter::PerOperand;

/// A loop over one run of elements; see the file head.
pub type InnerLoop =
    unsafe fn(args: &PerOperand<*mut u8>, n: usize, strides: &PerOperand<isize>) -> FpFlags;

/// A fold of one run into `acc`; see the file head.
pub type ReduceLoop = unsafe fn(acc: *mut u8, src: *const u8, stride: isize, n: usize) -> FpFlags;

/// Software flag raised by an integer power with a negative exponent; becomes a `ValueError`.
pub const NEGATIVE_POWER: FpFlags = FpFlags(16);

/// An elementwise operation of one input.
pub trait Op1<A: Element> {
    /// Result type.
    type R: Element;
    /// Whether a vector version pays.
    const SIMD: bool = false;
    /// The operation; conditions the hardware does not record go to `flags`.
    fn f(a: A, flags: &mut FpFlags) -> Self::R;
}

/// An elementwise operation of two inputs.
pub trait Op2<A: Element, B: Element = A> {
    /// Result type.
    type R: Element;
    /// Whether a vector version pays.
    const SIMD: bool = false;
    /// The operation; conditions the hardware does not record go to `flags`.
    fn f(a: A, b: B, flags: &mut FpFlags) -> Self::R;
}

/// One input, two results.
pub trait Op1x2<A: Element> {
    /// Result types.
    type R: Element;
    /// Second result type.
    type S: Element;
    /// The operation.
    fn f(a: A, flags: &mut FpFlags) -> (Self::R, Self::S);
}

/// Two inputs, two results.
pub trait Op2x2<A: Element> {
    /// The operation.
    fn f(a: A, b: A, flags: &mut FpFlags) -> (A, A);
}

/// Whether the processor has AVX2 (cached by the standard library).
#[inline(always)]
pub(crate) fn has_avx2() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::arch::is_x86_feature_detected!("avx2")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

/// Elements per register block: 128 bytes of the wider type.
const fn block_len(a: usize, b: usize) -> usize {
    let size = if a > b { a } else { b };
    if size >= 16 { 8 } else { 128 / size }
}

macro_rules! blocks_of {
    // Dispatches on the block length, a constant of the element types.
    ($len:expr, $call:ident :: <$($g:ty),*> ($($arg:expr),*)) => {
        match $len {
            8 => $call::<$($g,)* 8>($($arg),*),
            16 => $call::<$($g,)* 16>($($arg),*),
            32 => $call::<$($g,)* 32>($($arg),*),
            64 => $call::<$($g,)* 64>($($arg),*),
            _ => $call::<$($g,)* 128>($($arg),*),
        }
    };
}

// ----- one input ------------------------------------------------------------------------------

#[inline(always)]
unsafe fn unary_blocks<Op: Op1<A>, A: Element, const W: usize>(
    src: *const u8,
    dst: *mut u8,
    n: usize,
    flags: &mut FpFlags,
) {
    let (src, dst) = (src.cast::<A>(), dst.cast::<Op::R>());
    let mut i = 0;
    // SAFETY: both sides have `n` elements; blocks and tail stay below `n`.
    unsafe {
        while i + W <= n {
            let a = src.add(i).cast::<[A; W]>().read_unaligned();
            let mut r = [Op::R::default(); W];
            for k in 0..W {
                r[k] = Op::f(a[k], flags);
            }
            dst.add(i).cast::<[Op::R; W]>().write_unaligned(r);
            i += W;
        }
        while i < n {
            dst.add(i).write_unaligned(Op::f(src.add(i).read_unaligned(), flags));
            i += 1;
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
unsafe fn unary_avx2<Op: Op1<A>, A: Element>(src: *const u8, dst: *mut u8, n: usize) -> FpFlags {
    let mut flags = FpFlags::NONE;
    // SAFETY: as the caller's contract.
    unsafe {
        blocks_of!(const { block_len(size_of::<A>(), size_of::<Op::R>()) },
            unary_blocks::<Op, A>(src, dst, n, &mut flags));
    }
    flags
}

/// The loop of a one-input operation.
///
/// # Safety
/// See the file head.
pub unsafe fn unary<Op: Op1<A>, A: Element>(
    args: &PerOperand<*mut u8>,
    n: usize,
    strides: &PerOperand<isize>,
) -> FpFlags {
    let (mut src, mut dst) = (args[0].cast_const(), args[1]);
    let mut flags = FpFlags::NONE;
    // SAFETY: by the contract all elements are valid.
    unsafe {
        if Op::SIMD
            && strides[0] == size_of::<A>() as isize
            && strides[1] == size_of::<Op::R>() as isize
        {
            #[cfg(target_arch = "x86_64")]
            if has_avx2() {
                return unary_avx2::<Op, A>(src, dst, n);
            }
            blocks_of!(const { block_len(size_of::<A>(), size_of::<Op::R>()) },
                unary_blocks::<Op, A>(src, dst, n, &mut flags));
            return flags;
        }
        for _ in 0..n {
            let a = src.cast::<A>().read_unaligned();
            dst.cast::<Op::R>().write_unaligned(Op::f(a, &mut flags));
            src = src.wrapping_offset(strides[0]);
            dst = dst.wrapping_offset(strides[1]);
        }
    }
    flags
}

/// The loop of a one-input, two-output operation.
///
/// # Safety
/// See the file head.
pub unsafe fn unary_pair<Op: Op1x2<A>, A: Element>(
    args: &PerOperand<*mut u8>,
    n: usize,
    strides: &PerOperand<isize>,
) -> FpFlags {
    let mut at = *args;
    let mut flags = FpFlags::NONE;
    for _ in 0..n {
        // SAFETY: by the contract all elements are valid.
        unsafe {
            let (r, s) = Op::f(at[0].cast::<A>().read_unaligned(), &mut flags);
            at[1].cast::<Op::R>().write_unaligned(r);
            at[2].cast::<Op::S>().write_unaligned(s);
        }
        for k in 0..3 {
            at[k] = at[k].wrapping_offset(strides[k]);
        }
    }
    flags
}

// ----- two inputs -----------------------------------------------------------------------------

#[inline(always)]
unsafe fn binary_blocks<Op: Op2<A, B>, A: Element, B: Element, const W: usize>(
    args: &PerOperand<*mut u8>,
    n: usize,
    constant: (bool, bool),
    flags: &mut FpFlags,
) {
    // A constant operand is spread over a block once and read from there each time.
    // (They live to the end of the function, as the pointers into them do.)
    let a_block: [A; W];
    let b_block: [B; W];
    let dst = args[2].cast::<Op::R>();
    // SAFETY: every operand has `n` elements (constant ones one, at least one as n > 0); blocks
    // and tail stay below `n`.
    unsafe {
        let (mut a, mut b) = (args[0].cast::<A>().cast_const(), args[1].cast::<B>().cast_const());
        let (mut a_step, mut b_step) = (W, W);
        if constant.0 {
            a_block = [a.read_unaligned(); W];
            (a, a_step) = ((&raw const a_block).cast::<A>(), 0);
        }
        if constant.1 {
            b_block = [b.read_unaligned(); W];
            (b, b_step) = ((&raw const b_block).cast::<B>(), 0);
        }
        let mut i = 0;
        while i + W <= n {
            let x = a.cast::<[A; W]>().read_unaligned();
            let y = b.cast::<[B; W]>().read_unaligned();
            let mut r = [Op::R::default(); W];
            for k in 0..W {
                r[k] = Op::f(x[k], y[k], flags);
            }
            dst.add(i).cast::<[Op::R; W]>().write_unaligned(r);
            i += W;
            a = a.wrapping_add(a_step);
            b = b.wrapping_add(b_step);
        }
        for k in 0..n - i {
            let r = Op::f(a.add(k).read_unaligned(), b.add(k).read_unaligned(), flags);
            dst.add(i + k).write_unaligned(r);
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
unsafe fn binary_avx2<Op: Op2<A, B>, A: Element, B: Element>(
    args: &PerOperand<*mut u8>,
    n: usize,
    constant: (bool, bool),
) -> FpFlags {
    let mut flags = FpFlags::NONE;
    // SAFETY: as the caller's contract.
    unsafe {
        blocks_of!(const { block_len(size_of::<A>(), size_of::<Op::R>()) },
            binary_blocks::<Op, A, B>(args, n, constant, &mut flags));
    }
    flags
}

/// The loop of a two-input operation.
///
/// # Safety
/// See the file head.
pub unsafe fn binary<Op: Op2<A, B>, A: Element, B: Element>(
    args: &PerOperand<*mut u8>,
    n: usize,
    strides: &PerOperand<isize>,
) -> FpFlags {
    let mut flags = FpFlags::NONE;
    let size = (size_of::<A>() as isize, size_of::<B>() as isize, size_of::<Op::R>() as isize);
    // SAFETY: by the contract all elements are valid.
    unsafe {
        if Op::SIMD
            && n >= 8
            && strides[2] == size.2
            && (strides[0] == size.0 || strides[0] == 0)
            && (strides[1] == size.1 || strides[1] == 0)
        {
            let constant = (strides[0] == 0, strides[1] == 0);
            #[cfg(target_arch = "x86_64")]
            if has_avx2() {
                return binary_avx2::<Op, A, B>(args, n, constant);
            }
            blocks_of!(const { block_len(size_of::<A>(), size_of::<Op::R>()) },
                binary_blocks::<Op, A, B>(args, n, constant, &mut flags));
            return flags;
        }
        let (mut a, mut b, mut r) = (args[0], args[1], args[2]);
        for _ in 0..n {
            let x = a.cast::<A>().read_unaligned();
            let y = b.cast::<B>().read_unaligned();
            r.cast::<Op::R>().write_unaligned(Op::f(x, y, &mut flags));
            a = a.wrapping_offset(strides[0]);
            b = b.wrapping_offset(strides[1]);
            r = r.wrapping_offset(strides[2]);
        }
    }
    flags
}

/// The loop of a two-input, two-output operation.
///
/// # Safety
/// See the file head.
pub unsafe fn binary_pair<Op: Op2x2<A>, A: Element>(
    args: &PerOperand<*mut u8>,
    n: usize,
    strides: &PerOperand<isize>,
) -> FpFlags {
    let mut at = *args;
    let mut flags = FpFlags::NONE;
    for _ in 0..n {
        // SAFETY: by the contract all elements are valid.
        unsafe {
            let a = at[0].cast::<A>().read_unaligned();
            let b = at[1].cast::<A>().read_unaligned();
            let (r, s) = Op::f(a, b, &mut flags);
            at[2].cast::<A>().write_unaligned(r);
            at[3].cast::<A>().write_unaligned(s);
        }
        for k in 0..4 {
            at[k] = at[k].wrapping_offset(strides[k]);
        }
    }
    flags
}

/// Sequential fold in element order: `acc = op(acc, x)`.
///
/// # Safety
/// See the file head.
pub unsafe fn fold<Op: Op2<A, A, R = A>, A: Element>(
    acc: *mut u8,
    src: *const u8,
    stride: isize,
    n: usize,
) -> FpFlags {
    let mut flags = FpFlags::NONE;
    // SAFETY: by the contract all elements are valid.
    unsafe {
        let acc = acc.cast::<A>();
        let mut value = acc.read_unaligned();
        let mut src = src;
        for _ in 0..n {
            value = Op::f(value, src.cast::<A>().read_unaligned(), &mut flags);
            src = src.wrapping_offset(stride);
        }
        acc.write_unaligned(value);
    }
    flags
}

/// Sequential fold of `float16` in single precision, rounded once at the end.
///
/// # Safety
/// See the file head.
pub unsafe fn fold_half<Op: Op2<f32, f32, R = f32>>(
    acc: *mut u8,
    src: *const u8,
    stride: isize,
    n: usize,
) -> FpFlags {
    let mut flags = FpFlags::NONE;
    // SAFETY: by the contract all elements are valid.
    unsafe {
        let acc = acc.cast::<half::f16>();
        let mut value = acc.read_unaligned().to_f32();
        let mut src = src;
        for _ in 0..n {
            value = Op::f(value, src.cast::<half::f16>().read_unaligned().to_f32(), &mut flags);
            src = src.wrapping_offset(stride);
        }
        acc.write_unaligned(half::f16::from_f32(value));
    }
    flags
}

#[inline(always)]
unsafe fn fold_blocks<Op: Op2<A, A, R = A>, A: Element, const W: usize>(
    first: A,
    src: *const u8,
    n: usize,
    flags: &mut FpFlags,
) -> A {
    let src = src.cast::<A>();
    let mut value = first;
    let mut i = 0;
    // SAFETY: `src` has `n` elements.
    unsafe {
        if n >= 2 * W {
            let mut lanes = src.cast::<[A; W]>().read_unaligned();
            i = W;
            while i + W <= n {
                let x = src.add(i).cast::<[A; W]>().read_unaligned();
                for k in 0..W {
                    lanes[k] = Op::f(lanes[k], x[k], flags);
                }
                i += W;
            }
            for lane in lanes {
                value = Op::f(value, lane, flags);
            }
        }
        while i < n {
            value = Op::f(value, src.add(i).read_unaligned(), flags);
            i += 1;
        }
    }
    value
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
unsafe fn fold_avx2<Op: Op2<A, A, R = A>, A: Element>(
    first: A,
    src: *const u8,
    n: usize,
    flags: &mut FpFlags,
) -> A {
    // SAFETY: as the caller's contract.
    unsafe { blocks_of!(const { block_len(size_of::<A>(), 1) }, fold_blocks::<Op, A>(first, src, n, flags)) }
}

/// Fold of an operation whose result does not depend on the order (integer addition, extrema).
///
/// # Safety
/// See the file head.
pub unsafe fn fold_any_order<Op: Op2<A, A, R = A>, A: Element>(
    acc: *mut u8,
    src: *const u8,
    stride: isize,
    n: usize,
) -> FpFlags {
    // SAFETY: as the caller's contract.
    unsafe {
        if stride != size_of::<A>() as isize {
            return fold::<Op, A>(acc, src, stride, n);
        }
        let mut flags = FpFlags::NONE;
        let acc = acc.cast::<A>();
        let first = acc.read_unaligned();
        #[cfg(target_arch = "x86_64")]
        if has_avx2() {
            acc.write_unaligned(fold_avx2::<Op, A>(first, src, n, &mut flags));
            return flags;
        }
        let value = blocks_of!(const { block_len(size_of::<A>(), 1) },
            fold_blocks::<Op, A>(first, src, n, &mut flags));
        acc.write_unaligned(value);
        flags
    }
}

/// One typed loop of a ufunc.
#[derive(Clone, Copy)]
pub struct LoopRow {
    /// Input types, then output types; `nin + nout` of them count.
    pub types: [DType; 4],
    /// The elementwise loop.
    pub run: InnerLoop,
    /// The fold used by reductions, where it is better than `run` with a fixed output.
    pub fold: Option<ReduceLoop>,
}

/// A row for a one-input operation.
pub const fn row1<Op: Op1<A>, A: Element>() -> LoopRow {
    let (a, r) = (A::DTYPE, Op::R::DTYPE);
    LoopRow { types: [a, r, r, r], run: unary::<Op, A>, fold: None }
}

/// A row for a two-input operation.
pub const fn row2<Op: Op2<A, B>, A: Element, B: Element>() -> LoopRow {
    let r = Op::R::DTYPE;
    LoopRow { types: [A::DTYPE, B::DTYPE, r, r], run: binary::<Op, A, B>, fold: None }
}

/// A row for a two-input operation that folds in order.
pub const fn row2_fold<Op: Op2<A, A, R = A>, A: Element>() -> LoopRow {
    LoopRow { fold: Some(fold::<Op, A>), ..row2::<Op, A, A>() }
}

/// A row for a two-input operation that folds in any order.
pub const fn row2_fold_any<Op: Op2<A, A, R = A>, A: Element>() -> LoopRow {
    LoopRow { fold: Some(fold_any_order::<Op, A>), ..row2::<Op, A, A>() }
}

/// A row for a one-input, two-output operation.
pub const fn row1x2<Op: Op1x2<A>, A: Element>() -> LoopRow {
    LoopRow { types: [A::DTYPE, Op::R::DTYPE, Op::S::DTYPE, Op::S::DTYPE], run: unary_pair::<Op, A>, fold: None }
}

/// A row for a two-input, two-output operation.
pub const fn row2x2<Op: Op2x2<A>, A: Element>() -> LoopRow {
    LoopRow { types: [A::DTYPE; 4], run: binary_pair::<Op, A>, fold: None }
}
