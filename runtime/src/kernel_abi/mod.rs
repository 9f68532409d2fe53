//! Kernels that compiled code calls: one C entry, one table of rows.
//!
//! Compiled code keeps arrays as machine values. To call a kernel it writes each
//! array into a *descriptor* (8-byte words: owner, data, dtype, ndim, shape…,
//! strides…), the arguments into a list of words, and calls [`taipan_kernel`]
//! with the kernel's number in [`KERNELS`]. The result comes back as a
//! descriptor whose owner carries one new reference. The kernels themselves are
//! the same functions that the `numpy` module calls.
//!
//! `unsafe` room: pointers come from compiled code, which keeps the descriptors
//! and the owners alive during the call, and hands an output descriptor with
//! room for [`MAX_RESULT_NDIM`] dimensions.

mod table;

pub use table::KERNELS;

use crate::array::Array;
use crate::buffer::{Buffer, BufferRef};
use crate::dtype::{DTYPES, DType};
use crate::error::{Error, ErrorKind, Result};
use crate::trap::{Ctx, STATUS_OK, STATUS_TRAP, TrapKind, intern, taipan_trap};
use smallvec::SmallVec;

/// Most dimensions of a kernel's result.
pub const MAX_RESULT_NDIM: usize = 16;

/// Words of a descriptor before shape and strides.
pub const DESCRIPTOR_HEAD: usize = 4;

/// What a kernel's parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// Array: word = address of its descriptor.
    Array,
    /// i64 (also dtypes, as their number, and bools).
    Int,
    /// f64 bits.
    Float,
}

/// An argument as the kernel sees it.
#[derive(Clone)]
pub enum Arg {
    Array(Array),
    Int(i64),
    Float(f64),
}

impl Arg {
    /// The array, or an internal error.
    pub fn array(&self) -> Result<&Array> {
        if let Arg::Array(a) = self { Ok(a) } else { Err(Error::runtime("kernel expected an array")) }
    }
    /// The integer, or an internal error.
    pub fn int(&self) -> Result<i64> {
        if let Arg::Int(i) = self { Ok(*i) } else { Err(Error::runtime("kernel expected an integer")) }
    }
    /// The float, or an internal error.
    pub fn float(&self) -> Result<f64> {
        if let Arg::Float(f) = self { Ok(*f) } else { Err(Error::runtime("kernel expected a float")) }
    }
    /// A dtype given by its number.
    pub fn dtype(&self) -> Result<DType> {
        let n = self.int()?;
        usize::try_from(n).ok().and_then(|n| DTYPES.get(n)).map(|d| d.dtype).ok_or_else(|| Error::runtime("no such dtype"))
    }
}

/// A row of the kernel table.
pub struct Kernel {
    pub name: &'static str,
    /// Kinds of the parameters; the last one repeats if more are passed.
    pub params: &'static [ParamKind],
    /// The work. `None` = no result (works in place).
    pub run: fn(&[Arg]) -> Result<Option<Array>>,
}

/// The number of a kernel by name.
pub fn kernel_number(name: &str) -> Option<usize> {
    KERNELS.iter().position(|k| k.name == name)
}

/// The trap that stands for a kernel's error.
pub fn trap_of(kind: ErrorKind) -> TrapKind {
    match kind {
        ErrorKind::Value => TrapKind::ValueText,
        ErrorKind::Type | ErrorKind::UfuncType => TrapKind::TypeText,
        ErrorKind::Index => TrapKind::IndexText,
        ErrorKind::ZeroDivision => TrapKind::ZeroDivisionText,
        ErrorKind::Memory => TrapKind::MemoryText,
        ErrorKind::Overflow => TrapKind::OverflowText,
        ErrorKind::Floating => TrapKind::FloatingText,
        ErrorKind::Axis => TrapKind::AxisText,
        ErrorKind::LinAlg => TrapKind::LinAlgText,
        ErrorKind::Runtime => TrapKind::RuntimeText,
        ErrorKind::NotImplemented => TrapKind::NotImplementedText,
    }
}

/// Reads a descriptor as an array that shares the buffer.
///
/// # Safety
/// `words` points to a descriptor that compiled code filled.
pub unsafe fn read_descriptor(words: *const u64) -> Result<Array> {
    // SAFETY: contract of this function; ndim says how many words follow.
    unsafe {
        let owner = *words as *mut Buffer;
        let data = *words.add(1) as *mut u8;
        let dtype = DTYPES.get(*words.add(2) as usize).map(|d| d.dtype).ok_or_else(|| Error::runtime("no such dtype"))?;
        let ndim = *words.add(3) as usize;
        let dims = std::slice::from_raw_parts(words.add(DESCRIPTOR_HEAD).cast::<i64>(), 2 * ndim);
        let shape: SmallVec<_> = dims[..ndim].iter().map(|n| *n as usize).collect();
        let strides: SmallVec<_> = dims[ndim..].iter().map(|n| *n as isize).collect();
        let buffer = match BufferRef::retained(owner) {
            Some(b) => b,
            // Memory nobody owns (a frozen global's buffer outlives all code).
            None => BufferRef::foreign(data, 0, Box::new(())),
        };
        Ok(Array::from_raw_parts(buffer, data, dtype, shape, strides, true))
    }
}

/// Writes an array into a descriptor; the descriptor's owner takes over the
/// array's reference.
///
/// # Safety
/// `words` has room for the head and twice the array's dimensions.
pub unsafe fn write_descriptor(words: *mut u64, a: Array) {
    // SAFETY: contract of this function.
    unsafe {
        *words.add(1) = a.data() as u64;
        *words.add(2) = a.dtype() as u64;
        *words.add(3) = a.ndim() as u64;
        for (i, (n, s)) in a.shape().iter().zip(a.strides()).enumerate() {
            *words.add(DESCRIPTOR_HEAD + i) = *n as u64;
            *words.add(DESCRIPTOR_HEAD + a.ndim() + i) = *s as u64;
        }
        *words = a.buffer().clone().into_raw() as u64;
    }
}

/// Takes the reference out of an output descriptor.
///
/// # Safety
/// `words` is a descriptor that [`taipan_kernel`] filled; its owner word is
/// not used again.
pub unsafe extern "C" fn taipan_take_ref(words: *mut u64) -> *mut Buffer {
    // SAFETY: contract of this function.
    unsafe { *words as *mut Buffer }
}

/// 1 if writing the first array element by element, in order, may change
/// elements of the second that are still to be read; the same elements in the
/// same order do not count.
///
/// # Safety
/// Both are descriptors that compiled code filled.
pub unsafe extern "C" fn taipan_overlaps(target: *const u64, source: *const u64) -> i32 {
    // SAFETY: contract of this function.
    match unsafe { (read_descriptor(target), read_descriptor(source)) } {
        (Ok(t), Ok(s)) => i32::from(t.may_share_memory(&s) && !t.same_elements(&s)),
        _ => 1,
    }
}

/// First index and length (two words at `out`) of a slice of `size` items;
/// `has` bit 0: `start` is given, bit 1: `stop` is given. `step` is not 0.
///
/// # Safety
/// `out` has room for two words.
pub unsafe extern "C" fn taipan_slice_bounds(size: i64, has: i64, start: i64, stop: i64, step: i64, out: *mut i64) {
    let start = (has & 1 != 0).then_some(start);
    let stop = (has & 2 != 0).then_some(stop);
    let (first, length) = match crate::index::slice_bounds(size as usize, start, stop, Some(step)) {
        Ok((first, length, _)) => (first, length as i64),
        Err(_) => (0, 0),
    };
    // An empty slice starts inside the array, so that its address stays valid.
    let first = if length == 0 { 0 } else { first };
    // SAFETY: contract of this function.
    unsafe {
        *out = first;
        *out.add(1) = length;
    }
}

/// Runs kernel `number` on `count` argument words; the result goes to the
/// descriptor `out`. On failure records the trap and returns its status.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_kernel(
    ctx: *mut Ctx,
    number: i64,
    count: i64,
    words: *const u64,
    out: *mut u64,
    site: i64,
) -> i32 {
    let run = || -> Result<Option<Array>> {
        let kernel = KERNELS.get(number as usize).ok_or_else(|| Error::runtime("no such kernel"))?;
        let mut args: SmallVec<[Arg; 4]> = SmallVec::new();
        for i in 0..count as usize {
            // SAFETY: the caller wrote `count` words.
            let word = unsafe { *words.add(i) };
            let kind = kernel.params.get(i).or(kernel.params.last()).copied().unwrap_or(ParamKind::Int);
            args.push(match kind {
                // SAFETY: the word is the address of a live descriptor.
                ParamKind::Array => Arg::Array(unsafe { read_descriptor(word as *const u64)? }),
                ParamKind::Int => Arg::Int(word as i64),
                ParamKind::Float => Arg::Float(f64::from_bits(word)),
            });
        }
        (kernel.run)(&args)
    };
    match run() {
        Ok(result) => {
            if let Some(a) = result {
                // SAFETY: the caller's room is for MAX_RESULT_NDIM dimensions.
                unsafe { write_descriptor(out, a) };
            }
            STATUS_OK
        }
        Err(e) => {
            let text = intern(&e.message);
            // SAFETY: `ctx` is the calling thread's context.
            unsafe { taipan_trap(ctx, trap_of(e.kind) as u32, site as u32, text, 0, 0, 0) };
            STATUS_TRAP
        }
    }
}
