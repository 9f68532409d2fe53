//! Applying a ufunc: broadcasting, allocation, casting in blocks, `out=` and `where=`.
//!
//! # Unsafe contract
//! This file computes the pointers that inner loops get. All of them come from [`Array`]s whose
//! invariant covers every element of the broadcast shape, or from local scratch blocks of
//! [`BLOCK`] elements. Inputs that overlap an output in any but the identical layout are copied
//! first.

use smallvec::{SmallVec, smallvec};

use super::kernel::{InnerLoop, LoopRow, NEGATIVE_POWER};
use super::resolve::OperandType;
use super::table::{Rule, Ufunc};
use crate::array::{Array, Order};
use crate::cast::{CastLoop, cast_fn};
use crate::dtype::{Casting, DType, can_cast};
use crate::error::{Error, Result, shape_text};
use crate::fpflags::{self, FpFlags};
use crate::iter::{
    MAX_OPERANDS, PerOperand, Shape, Strides, Walk, WalkOrder, broadcast_shapes, broadcast_strides,
    memory_order,
};
use crate::scalar::Scalar;

/// Elements converted at a time when an operand needs a cast.
const BLOCK: usize = 1024;

/// An input of a ufunc.
#[derive(Clone, Copy)]
pub enum Operand<'a> {
    /// An array (any number of axes, also none).
    Array(&'a Array),
    /// A NumPy scalar (or Python `bool`) of a fixed type.
    Typed(Scalar, DType),
    /// A Python `int`, `float` or `complex`, whose type gives way.
    Python(Scalar),
}

impl Operand<'_> {
    /// Its type for loop resolution.
    pub fn operand_type(&self) -> OperandType {
        match self {
            Operand::Array(a) => OperandType::Strong(a.dtype()),
            Operand::Typed(_, dtype) => OperandType::Strong(*dtype),
            Operand::Python(value) => match value.weak() {
                Some(weak) => OperandType::Weak(weak),
                None => OperandType::Strong(DType::Bool),
            },
        }
    }

    /// Its shape.
    pub fn shape(&self) -> &[usize] {
        match self {
            Operand::Array(a) => a.shape(),
            _ => &[],
        }
    }
}

/// Keyword arguments of a ufunc call.
#[derive(Clone, Copy)]
pub struct CallOptions<'a> {
    /// Where results go; empty for new arrays, else one entry per output.
    pub out: &'a [Option<&'a Array>],
    /// Only elements where this is true are computed.
    pub where_: Option<&'a Array>,
    /// Type of the computation.
    pub dtype: Option<DType>,
    /// What conversions of inputs and outputs are allowed.
    pub casting: Casting,
    /// Layout of new arrays.
    pub order: Order,
}

impl Default for CallOptions<'_> {
    fn default() -> Self {
        CallOptions { out: &[], where_: None, dtype: None, casting: Casting::SameKind, order: Order::K }
    }
}

/// Results of a ufunc call.
pub struct Outputs {
    /// One array per output (clones of `out` where given).
    pub arrays: SmallVec<[Array; 2]>,
    /// Conditions met by the operation itself: `"… encountered in {name}"`.
    pub flags: FpFlags,
    /// Conditions met while converting operands: `"… encountered in cast"`.
    pub cast_flags: FpFlags,
}

/// Room for one element of any type.
#[derive(Clone, Copy)]
#[repr(align(16))]
struct Slot([u8; 16]);

/// One operand as the execution sees it.
struct Side {
    ptr: *mut u8,
    strides: Strides,
    /// Type in memory.
    stored: DType,
    /// Type of the loop.
    computed: DType,
}

/// `NEGATIVE_POWER` turned into its error, the rest passed on.
pub(super) fn check_flags(flags: FpFlags) -> Result<FpFlags> {
    if flags.contains(NEGATIVE_POWER) {
        return Err(Error::value("Integers to negative integer powers are not allowed."));
    }
    Ok(flags)
}

impl Ufunc {
    /// The loop for these operands and options.
    pub fn select(&self, inputs: &[Operand], dtype: Option<DType>) -> Result<&'static LoopRow> {
        let by_inputs = || {
            let types: SmallVec<[OperandType; 4]> = inputs.iter().map(Operand::operand_type).collect();
            self.resolve(&types)
        };
        match dtype {
            // `dtype=bool` of a comparison names what every loop gives.
            Some(DType::Bool) if self.answers_truth() => by_inputs().map_err(|_| self.no_matching_loop()),
            Some(dtype) => self.resolve_output(dtype),
            None => by_inputs(),
        }
    }

    /// Checks that inputs may be cast to the loop's types.
    fn check_input_casts(&self, inputs: &[Operand], row: &LoopRow, casting: Casting) -> Result<()> {
        for (k, input) in inputs.iter().enumerate() {
            if let OperandType::Strong(from) = input.operand_type()
                && !can_cast(from, row.types[k], casting)
            {
                let which = if self.nin == 1 { "input".to_owned() } else { format!("input {k}") };
                return Err(Error::ufunc_type(format!(
                    "Cannot cast ufunc '{}' {which} from dtype('{from}') to dtype('{}') with casting rule '{}'",
                    self.name,
                    row.types[k],
                    casting.name()
                )));
            }
        }
        Ok(())
    }

    /// A comparison with a Python integer that its partner's type cannot hold is decided by sign.
    fn out_of_range_comparison(&self, inputs: &[Operand], row: &LoopRow) -> Option<bool> {
        if self.rule != Rule::Comparison {
            return None;
        }
        for (k, input) in inputs.iter().enumerate() {
            if let Operand::Python(Scalar::Int(value)) = input
                && let Some((low, high)) = row.types[k].int_bounds()
                && row.types[k] != DType::Bool
                && (*value < low || *value > high)
            {
                // -1: the array is below the integer, 1: above.
                let above = *value < low;
                let left_above = if k == 1 { above } else { !above };
                return Some(match self.name {
                    "equal" => false,
                    "not_equal" => true,
                    "less" | "less_equal" => !left_above,
                    _ => left_above,
                });
            }
        }
        None
    }

    /// Applies the function elementwise.
    ///
    /// # Errors
    /// `TypeError` if there is no loop or a cast is not allowed, `ValueError` for shapes that do
    /// not fit or a read-only output, `OverflowError` for Python integers out of range,
    /// `MemoryError`.
    pub fn call(&self, inputs: &[Operand], options: &CallOptions) -> Result<Outputs> {
        if inputs.len() != self.nin {
            return Err(Error::type_error(format!(
                "{}() takes from {} to {} positional arguments but {} were given",
                self.name,
                self.nin,
                self.nin + self.nout,
                inputs.len()
            )));
        }
        let row = self.select(inputs, options.dtype)?;
        if let Some(done) = self.call_direct(row, inputs, options) {
            return done;
        }
        self.check_input_casts(inputs, row, options.casting)?;
        let given = |k: usize| options.out.get(k).copied().flatten();
        for k in 0..self.nout {
            let Some(out) = given(k) else { continue };
            let from = row.types[self.nin + k];
            if !can_cast(from, out.dtype(), options.casting) {
                let which = if self.nout == 1 { "output".to_owned() } else { format!("output {k}") };
                return Err(Error::ufunc_type(format!(
                    "Cannot cast ufunc '{}' {which} from dtype('{from}') to dtype('{}') with casting rule '{}'",
                    self.name,
                    out.dtype(),
                    options.casting.name()
                )));
            }
            if !out.is_writeable() {
                return Err(Error::value("output array is read-only"));
            }
        }

        let shape = self.broadcast(inputs, options, &given)?;
        let constant = self.out_of_range_comparison(inputs, row);

        // Inputs, converted to one element where they are scalars.
        let mut slots: SmallVec<[Slot; 4]> = smallvec![Slot([0; 16]); self.nin];
        let mut kept: SmallVec<[Array; 4]> = SmallVec::new();
        let mut sides: SmallVec<[Side; MAX_OPERANDS]> = SmallVec::new();
        let mut cast_flags = FpFlags::NONE;
        for (k, input) in inputs.iter().enumerate() {
            let computed = row.types[k];
            let slot = slots[k].0.as_mut_ptr();
            let array = match input {
                Operand::Array(a) if a.size() != 1 || a.dtype() == computed => *a,
                Operand::Array(a) => {
                    // SAFETY: one element is read, one written into a slot of 16 bytes.
                    cast_flags |= unsafe { cast_fn(a.dtype(), computed)(a.data(), 0, slot, 0, 1) };
                    sides.push(Side { ptr: slot, strides: smallvec![0; shape.len()], stored: computed, computed });
                    continue;
                }
                Operand::Typed(value, _) | Operand::Python(value) => {
                    if constant.is_none() {
                        // SAFETY: the slot holds one element of any type.
                        unsafe { value.store(computed, slot)? };
                    }
                    sides.push(Side { ptr: slot, strides: smallvec![0; shape.len()], stored: computed, computed });
                    continue;
                }
            };
            let clashes = (0..self.nout).filter_map(given).any(|out| {
                // Elements that lie on top of each other are read before they are written.
                let folded = || out.shape().iter().zip(out.strides()).any(|(&n, &s)| n > 1 && s == 0);
                let same = || {
                    out.same_elements(array) && row.types[k] == array.dtype() && shape[..] == *array.shape()
                };
                out.may_share_memory(array) && (!same() || folded())
            });
            let array = if clashes {
                kept.push(array.copy(Order::K)?);
                &kept[kept.len() - 1]
            } else {
                array
            };
            sides.push(Side {
                ptr: array.data(),
                strides: broadcast_strides(array.shape(), array.strides(), &shape),
                stored: array.dtype(),
                computed,
            });
        }

        // Outputs: given, or new in the layout of the inputs.
        let mut arrays: SmallVec<[Array; 2]> = SmallVec::new();
        for k in 0..self.nout {
            let computed = row.types[self.nin + k];
            let array = match given(k) {
                Some(out) => out.clone(),
                None => new_output(&shape, computed, options.order, inputs)?,
            };
            sides.push(Side {
                ptr: array.data(),
                strides: SmallVec::from_slice(array.strides()),
                stored: array.dtype(),
                computed,
            });
            arrays.push(array);
        }
        if let Some(value) = constant {
            arrays[0].fill(Scalar::Bool(value))?;
            return Ok(Outputs { arrays, flags: FpFlags::NONE, cast_flags });
        }
        let mask = match options.where_ {
            Some(mask) => {
                if mask.dtype() != DType::Bool {
                    return Err(Error::type_error(format!(
                        "Cannot cast array data from dtype('{}') to dtype('bool') according to the rule 'safe'",
                        mask.dtype()
                    )));
                }
                let clashes = arrays.iter().any(|out| out.may_share_memory(mask));
                Some(if clashes { mask.copy(Order::K)? } else { mask.clone() })
            }
            None => None,
        };

        let (ran, hard) = if self.watches {
            fpflags::watch(|| execute(row.run, self.nin, &shape, &sides, mask.as_ref()))
        } else {
            (execute(row.run, self.nin, &shape, &sides, mask.as_ref()), FpFlags::NONE)
        };
        let (soft, cast) = ran?;
        Ok(Outputs { arrays, flags: check_flags(soft | hard)?, cast_flags: cast_flags | cast })
    }

    /// The common case: arrays of the loop's own types, all of one shape and laid out in C order,
    /// beside them scalars; one result, new or given. One run of the loop does it. `None` if the
    /// case is another one.
    #[inline]
    fn call_direct(
        &self,
        row: &LoopRow,
        inputs: &[Operand],
        options: &CallOptions,
    ) -> Option<Result<Outputs>> {
        if self.nout != 1
            || self.nin > 2
            || options.where_.is_some()
            || !matches!(options.order, Order::K | Order::C)
            || options.casting != Casting::SameKind
        {
            return None;
        }
        let mut model: Option<&Array> = None;
        let mut slots = [Slot([0; 16]); 2];
        let mut args: PerOperand<*mut u8> = [std::ptr::null_mut(); MAX_OPERANDS];
        let mut strides: PerOperand<isize> = [0; MAX_OPERANDS];
        for (k, input) in inputs.iter().enumerate() {
            let dtype = row.types[k];
            match input {
                Operand::Array(a) => {
                    if a.dtype() != dtype || !a.is_c_contiguous() {
                        return None;
                    }
                    match model {
                        None => model = Some(*a),
                        Some(m) if m.shape() == a.shape() => {}
                        Some(_) => return None,
                    }
                    args[k] = a.data();
                    strides[k] = dtype.itemsize() as isize;
                }
                Operand::Typed(value, stored) => {
                    if *stored != dtype {
                        return None;
                    }
                    // SAFETY: the slot holds one element of any type.
                    unsafe { value.store(dtype, slots[k].0.as_mut_ptr()) }.ok()?;
                    args[k] = slots[k].0.as_mut_ptr();
                }
                Operand::Python(value) => {
                    // SAFETY: as above. What does not fit is for the general way to report.
                    unsafe { value.store(dtype, slots[k].0.as_mut_ptr()) }.ok()?;
                    args[k] = slots[k].0.as_mut_ptr();
                }
            }
        }
        let model = model?;
        let dtype = row.types[self.nin];
        let result = match options.out.first().copied().flatten() {
            None => match Array::empty(model.shape(), dtype, Order::C) {
                Ok(array) => array,
                Err(error) => return Some(Err(error)),
            },
            Some(out) => {
                let fits = out.dtype() == dtype
                    && out.shape() == model.shape()
                    && out.is_c_contiguous()
                    && out.is_writeable();
                let clear = |input: &Operand| match input {
                    Operand::Array(a) => a.same_elements(out) || !a.may_share_memory(out),
                    _ => true,
                };
                if !fits || !inputs.iter().all(clear) {
                    return None;
                }
                out.clone()
            }
        };
        args[self.nin] = result.data();
        strides[self.nin] = dtype.itemsize() as isize;
        let n = result.size();
        // SAFETY: every array has `n` elements without gaps, every slot one; an input either is
        // the output or does not overlap it.
        let run = || unsafe { if n > 0 { (row.run)(&args, n, &strides) } else { FpFlags::NONE } };
        let (soft, hard) = if self.watches { fpflags::watch(run) } else { (run(), FpFlags::NONE) };
        Some(check_flags(soft | hard).map(|flags| Outputs {
            arrays: smallvec![result],
            flags,
            cast_flags: FpFlags::NONE,
        }))
    }

    /// The common shape of inputs, outputs and mask.
    fn broadcast<'a>(
        &self,
        inputs: &[Operand],
        options: &CallOptions<'a>,
        given: &impl Fn(usize) -> Option<&'a Array>,
    ) -> Result<Shape> {
        // The common cases: one operand has axes, or all have the same.
        let mut shapes: SmallVec<[&[usize]; 6]> = inputs.iter().map(Operand::shape).collect();
        let outputs: SmallVec<[&Array; 2]> = (0..self.nout).filter_map(given).collect();
        shapes.extend(outputs.iter().map(|o| o.shape()));
        if let Some(mask) = options.where_ {
            shapes.push(mask.shape());
        }
        let shape =
            broadcast_shapes(&shapes).ok_or_else(|| Error::broadcast(shapes.iter().copied()))?;
        for out in outputs {
            if *out.shape() != shape[..] {
                return Err(Error::value(format!(
                    "non-broadcastable output operand with shape {} doesn't match the broadcast shape {}",
                    shape_text(out.shape()),
                    shape_text(&shape)
                )));
            }
        }
        Ok(shape)
    }

    /// Applies the function to single values without allocating: the path of scalar arithmetic.
    /// Each result comes with its type.
    ///
    /// # Errors
    /// As [`Ufunc::call`]; operands must not be arrays.
    #[allow(clippy::type_complexity, reason = "a pair of results and flags")]
    pub fn call_scalars(
        &self,
        inputs: &[Operand],
    ) -> Result<(SmallVec<[(Scalar, DType); 2]>, FpFlags)> {
        let row = self.select(inputs, None)?;
        if let Some(value) = self.out_of_range_comparison(inputs, row) {
            return Ok((smallvec![(Scalar::Bool(value), DType::Bool)], FpFlags::NONE));
        }
        let mut slots = [Slot([0; 16]); MAX_OPERANDS];
        let mut pointers: PerOperand<*mut u8> = [std::ptr::null_mut(); MAX_OPERANDS];
        for (k, slot) in slots.iter_mut().enumerate() {
            pointers[k] = slot.0.as_mut_ptr();
        }
        for (k, input) in inputs.iter().enumerate() {
            match input {
                // SAFETY: the slot holds one element of any type.
                Operand::Typed(value, _) | Operand::Python(value) => unsafe {
                    value.store(row.types[k], pointers[k])?;
                },
                Operand::Array(a) => {
                    if a.size() != 1 {
                        return Err(Error::type_error("expected a scalar"));
                    }
                    // SAFETY: one element each.
                    unsafe { cast_fn(a.dtype(), row.types[k])(a.data(), 0, pointers[k], 0, 1) };
                }
            }
        }
        // SAFETY: every operand is one element in its slot.
        let run = || unsafe { (row.run)(&pointers, 1, &[0; MAX_OPERANDS]) };
        let (soft, hard) = if self.watches { fpflags::watch(run) } else { (run(), FpFlags::NONE) };
        let results = (self.nin..self.nin + self.nout)
            // SAFETY: the loop wrote one element of that type.
            .map(|k| (unsafe { Scalar::load(row.types[k], pointers[k]) }, row.types[k]))
            .collect();
        Ok((results, check_flags(soft | hard)?))
    }

    /// `ufunc.outer(a, b)`.
    pub fn outer(&self, a: &Array, b: &Array, options: &CallOptions) -> Result<Outputs> {
        let mut shape = Shape::from_slice(a.shape());
        shape.extend(std::iter::repeat_n(1, b.ndim()));
        let a = a
            .reshape_view(&shape, Order::C)
            .ok_or_else(|| Error::runtime("axes of length 1 can always be added"))?;
        self.call(&[Operand::Array(&a), Operand::Array(b)], options)
    }
}

/// A new output whose axes lie in memory as those of the inputs do.
fn new_output(shape: &[usize], dtype: DType, order: Order, inputs: &[Operand]) -> Result<Array> {
    let arrays = || inputs.iter().filter_map(|i| match i {
        Operand::Array(a) if a.ndim() > 0 => Some(*a),
        _ => None,
    });
    match order {
        Order::C | Order::F => Array::empty(shape, dtype, order),
        Order::A => {
            let fortran = arrays().count() > 0
                && arrays().all(Array::is_f_contiguous)
                && !arrays().all(Array::is_c_contiguous);
            Array::empty(shape, dtype, if fortran { Order::F } else { Order::C })
        }
        Order::K => {
            if shape.len() < 2 || arrays().all(Array::is_c_contiguous) {
                return Array::empty(shape, dtype, Order::C);
            }
            let strides: SmallVec<[Strides; 4]> =
                arrays().map(|a| broadcast_strides(a.shape(), a.strides(), shape)).collect();
            let views: SmallVec<[&[isize]; 4]> = strides.iter().map(|s| &s[..]).collect();
            Array::empty_permuted(shape, dtype, &memory_order(shape, &views))
        }
    }
}

/// Runs a loop over all elements. Returns the loop's flags and those of conversions.
fn execute(
    run: InnerLoop,
    nin: usize,
    shape: &[usize],
    sides: &[Side],
    mask: Option<&Array>,
) -> Result<(FpFlags, FpFlags)> {
    let mask_strides;
    let mut operands: SmallVec<[(*mut u8, &[isize]); MAX_OPERANDS]> =
        sides.iter().map(|s| (s.ptr, &s.strides[..])).collect();
    if let Some(mask) = mask {
        mask_strides = broadcast_strides(mask.shape(), mask.strides(), shape);
        operands.push((mask.data(), &mask_strides));
    }
    let walk = Walk::new(shape, &operands, WalkOrder::Memory);
    let casts = Casts::plan(nin, sides)?;
    let mut soft = FpFlags::NONE;
    let mut cast_flags = FpFlags::NONE;
    let mut each = |p: &PerOperand<*mut u8>, n: usize, s: &PerOperand<isize>| {
        if let Some(casts) = &casts {
            soft |= casts.run(run, p, n, s, &mut cast_flags);
        } else {
            // SAFETY: the walk stays inside all operands; see the file head about overlap.
            soft |= unsafe { run(p, n, s) };
        }
    };
    if mask.is_none() {
        walk.for_each(each);
    } else {
        let m = sides.len();
        walk.for_each(|p, n, s| {
            let mut i = 0;
            while i < n {
                // SAFETY: the mask has `n` elements in this run.
                let on = |i: usize| unsafe { *p[m].wrapping_offset(i as isize * s[m]) != 0 };
                let start = i;
                while i < n && on(i) {
                    i += 1;
                }
                if i > start {
                    let at = std::array::from_fn(|k| p[k].wrapping_offset(start as isize * s[k]));
                    each(&at, i - start, s);
                }
                while i < n && !on(i) {
                    i += 1;
                }
            }
        });
    }
    Ok((soft, cast_flags))
}

/// Conversions of some operands through scratch blocks.
struct Casts {
    operands: usize,
    nin: usize,
    /// Per operand: conversion into (inputs) or out of (outputs) the loop's type.
    cast: PerOperand<Option<CastLoop>>,
    /// Size of an element in the loop's type.
    itemsize: PerOperand<isize>,
    /// One block per operand, only used where there is a conversion.
    scratch: Vec<[Slot; BLOCK]>,
}

impl Casts {
    fn plan(nin: usize, sides: &[Side]) -> Result<Option<Casts>> {
        if sides.iter().all(|s| s.stored == s.computed) {
            return Ok(None);
        }
        let mut scratch = Vec::new();
        scratch
            .try_reserve_exact(sides.len())
            .map_err(|_| Error::memory("Unable to allocate conversion buffers"))?;
        scratch.resize(sides.len(), [Slot([0; 16]); BLOCK]);
        let mut cast = [None; MAX_OPERANDS];
        let mut itemsize = [0; MAX_OPERANDS];
        for (k, side) in sides.iter().enumerate() {
            itemsize[k] = side.computed.itemsize() as isize;
            if side.stored != side.computed {
                cast[k] = Some(if k < nin {
                    cast_fn(side.stored, side.computed)
                } else {
                    cast_fn(side.computed, side.stored)
                });
            }
        }
        Ok(Some(Casts { operands: sides.len(), nin, cast, itemsize, scratch }))
    }

    fn run(
        &self,
        run: InnerLoop,
        p: &PerOperand<*mut u8>,
        n: usize,
        s: &PerOperand<isize>,
        cast_flags: &mut FpFlags,
    ) -> FpFlags {
        let mut soft = FpFlags::NONE;
        let mut start = 0;
        while start < n {
            let len = (n - start).min(BLOCK);
            let here: PerOperand<*mut u8> =
                std::array::from_fn(|k| p[k].wrapping_offset(start as isize * s[k]));
            let mut at = here;
            let mut strides = *s;
            for k in 0..self.operands {
                let Some(cast) = self.cast[k] else { continue };
                let block = self.scratch[k].as_ptr().cast_mut().cast::<u8>();
                at[k] = block;
                strides[k] = self.itemsize[k];
                if k < self.nin {
                    // SAFETY: `len` elements of the operand, and a block of BLOCK elements.
                    *cast_flags |= unsafe { cast(here[k], s[k], block, strides[k], len) };
                }
            }
            // SAFETY: every operand has `len` elements where it points.
            soft |= unsafe { run(&at, len, &strides) };
            for k in self.nin..self.operands {
                let Some(cast) = self.cast[k] else { continue };
                // SAFETY: as above, in the other direction.
                *cast_flags |= unsafe { cast(at[k], strides[k], here[k], s[k], len) };
            }
            start += len;
        }
        soft
    }
}
