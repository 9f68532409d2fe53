//! Basic indexing: integers, slices, new axes and the ellipsis, for reading
//! and as the place that an assignment writes to.

use super::value::ArrayVal;
use crate::error::CompileError;
use crate::hir::types::{ArrayType, Layout, Type};
use crate::hir::value::ConstValue;
use crate::hir::{self, ExitReason, Op as Hop};
use crate::lir::op::{Cc, Op};
use crate::lir::{Ty, Value};
use crate::lower::Lowerer;
use taipan_runtime::trap::TrapKind;

/// One item of an index expression.
#[derive(Clone, Debug)]
pub enum Item {
    /// Position; `signed` ones may be negative and count from the end.
    Int { at: Value, signed: bool, constant: Option<i64> },
    Slice(SliceParts),
    NewAxis,
    Ellipsis,
    /// Integer or boolean array: the HIR value and its array.
    Array(ArrayVal),
}

/// A slice: which members it has; a constant step decides the code.
#[derive(Clone, Copy, Debug, Default)]
pub struct SliceParts {
    pub start: Option<Value>,
    pub stop: Option<Value>,
    pub step: Option<Value>,
    pub constant_step: Option<i64>,
}

/// Where an index expression of ints and slices points.
pub enum Place {
    /// A single element's address.
    Element(Value),
    /// A view.
    View(ArrayVal),
}

impl Lowerer<'_> {
    /// The items of index value `v`.
    ///
    /// # Errors
    /// Index types that inference should have refused.
    pub fn index_items(&mut self, v: hir::Value) -> Result<Vec<Item>, CompileError> {
        if let Type::Tuple(types) = self.ty(v) {
            let types = types.clone();
            let parts = self.parts(v);
            let sources = match self.def_inst(v).map(|i| &i.op) {
                Some(Hop::Tuple(vs)) => vs.iter().map(|v| Some(*v)).collect(),
                _ => vec![None; types.len()],
            };
            let mut items = Vec::new();
            let mut at = 0;
            for (t, source) in types.iter().zip(sources) {
                let n = crate::abi::flatten(t).len();
                items.push(self.index_item(t, &parts[at..at + n], source)?);
                at += n;
            }
            return Ok(items);
        }
        let parts = self.parts(v);
        Ok(vec![self.index_item(self.ty(v), &parts, Some(v))?])
    }

    fn index_item(&mut self, t: &Type, parts: &[Value], source: Option<hir::Value>) -> Result<Item, CompileError> {
        Ok(match t {
            Type::Scalar(d) if d.is_integer() || *d == crate::hir::types::DType::Bool => {
                let signed = d.kind() == taipan_runtime::dtype::Kind::Signed;
                let at = self.resize_int(parts[0], signed, Ty::I64);
                Item::Int { at, signed, constant: source.and_then(|v| self.const_int(v)) }
            }
            Type::Slice { start, stop, step } => {
                let mut rest = parts.iter().copied();
                let mut take = |present: &bool| if *present { rest.next() } else { None };
                let (start, stop, step) = (take(start), take(stop), take(step));
                let constant_step = match step {
                    None => Some(1),
                    Some(_) => source.and_then(|v| self.constant_step(v)),
                };
                Item::Slice(SliceParts { start, stop, step, constant_step })
            }
            Type::None => Item::NewAxis,
            Type::Ellipsis => Item::Ellipsis,
            Type::Array(a) => Item::Array(ArrayVal::new(*a, parts.to_vec())),
            t => return Err(CompileError::bug(format!("array index of type {t}"))),
        })
    }

    fn constant_step(&self, v: hir::Value) -> Option<i64> {
        match self.def_inst(v).map(|i| &i.op) {
            Some(Hop::Slice { step: Some(s), .. }) => self.const_int(*s),
            Some(Hop::Const(ConstValue::Slice([_, _, step]))) => *step,
            _ => None,
        }
    }

    /// `at` counted from the end if negative, checked against `size`.
    ///
    /// # Errors
    /// Our bug: an ordinary loop's access without frame state.
    pub fn checked_index(&mut self, at: Value, signed: bool, constant: Option<i64>, size: Value, axis: usize) -> Result<Value, CompileError> {
        let wrapped = match (signed, constant) {
            (false, _) => at,
            (true, Some(c)) if c >= 0 => at,
            (true, Some(_)) => self.b.binary(Op::Iadd, at, size),
            (true, None) => {
                let zero = self.i64(0);
                let negative = self.b.icmp(Cc::Slt, at, zero);
                let from_end = self.b.binary(Op::Iadd, at, size);
                self.b.select(negative, from_end, at)
            }
        };
        if self.hir.ordinary {
            let bad = self.b.icmp(Cc::Uge, wrapped, size);
            self.exit_if(bad, ExitReason::Index)?;
        } else if self.hir.options.boundscheck {
            let bad = self.b.icmp(Cc::Uge, wrapped, size);
            let axis = self.i64(axis as i64);
            let kind = if signed { TrapKind::Index } else { TrapKind::IndexUnsigned };
            self.b.trap_if(bad, kind, &[at, axis, size]);
        }
        Ok(wrapped)
    }

    /// Applies basic index items to an array.
    ///
    /// # Errors
    /// More items than dimensions.
    pub fn place(&mut self, a: &ArrayVal, items: &[Item]) -> Result<Place, CompileError> {
        let used = items.iter().filter(|i| matches!(i, Item::Int { .. } | Item::Slice(_))).count();
        let Some(spare) = a.ndim().checked_sub(used) else {
            return Err(CompileError::typing(format!("too many indices for {}: {used}", a.ty)));
        };
        let mut data = a.data();
        let (mut shape, mut strides) = (Vec::new(), Vec::new());
        let mut dim = 0;
        let whole = |dims: std::ops::Range<usize>, shape: &mut Vec<Value>, strides: &mut Vec<Value>| {
            for d in dims {
                shape.push(a.shape(d));
                strides.push(a.stride(d));
            }
        };
        let mut ellipsis = false;
        for item in items {
            match item {
                Item::Int { at, signed, constant } => {
                    let i = self.checked_index(*at, *signed, *constant, a.shape(dim), dim)?;
                    data = self.step_address(a, data, dim, i);
                    dim += 1;
                }
                Item::Slice(s) => {
                    let (start, step, length) = self.slice_bounds(s, a.shape(dim));
                    data = self.step_address(a, data, dim, start);
                    let stride = a.stride(dim);
                    let stride = match s.constant_step {
                        Some(1) => stride,
                        _ => self.b.binary(Op::Imul, stride, step),
                    };
                    shape.push(length);
                    strides.push(stride);
                    dim += 1;
                }
                Item::NewAxis => {
                    shape.push(self.i64(1));
                    strides.push(self.i64(0));
                }
                Item::Ellipsis => {
                    whole(dim..dim + spare, &mut shape, &mut strides);
                    dim += spare;
                    ellipsis = true;
                }
                Item::Array(_) => return Err(CompileError::bug("array index among basic ones")),
            }
        }
        whole(dim..a.ndim(), &mut shape, &mut strides);
        // `a[...]` of an array without axes is that array; with all axes indexed,
        // an ellipsis besides changes nothing.
        if shape.is_empty() && (!ellipsis || a.ndim() > 0) {
            return Ok(Place::Element(data));
        }
        let ty = ArrayType { ndim: shape.len() as u8, layout: Layout::A, ..a.ty };
        Ok(Place::View(ArrayVal::assemble(ty, a.owner(), data, &shape, &strides)))
    }

    /// First index, step and length of a slice of `size` items.
    pub fn slice_bounds(&mut self, s: &SliceParts, size: Value) -> (Value, Value, Value) {
        let zero = self.i64(0);
        let one = self.i64(1);
        match s.constant_step {
            Some(step) if step != 0 && step != i64::MIN => {
                let forward = step > 0;
                let (low, high) = if forward {
                    (zero, size)
                } else {
                    (self.i64(-1), self.b.binary(Op::Isub, size, one))
                };
                let (first_default, last_default) = if forward { (low, high) } else { (high, low) };
                let start = s.start.map_or(first_default, |v| self.clamp_from_end(v, size, low, high));
                let stop = s.stop.map_or(last_default, |v| self.clamp_from_end(v, size, low, high));
                let (from, to) = if forward { (start, stop) } else { (stop, start) };
                let span = self.b.binary(Op::Isub, to, from);
                let length = if step.abs() == 1 {
                    span
                } else {
                    let width = self.i64(step.abs());
                    let more = self.i64(step.abs() - 1);
                    let up = self.b.binary(Op::Iadd, span, more);
                    self.b.binary(Op::Sdiv, up, width)
                };
                let empty = self.b.icmp(Cc::Sle, span, zero);
                let length = self.b.select(empty, zero, length);
                // An empty slice's data pointer must stay inside the array.
                let start = if s.start.is_some() || !forward { self.b.select(empty, zero, start) } else { start };
                (start, self.i64(step), length)
            }
            _ => self.dynamic_slice(s, size),
        }
    }

    /// Negative positions count from the end; then limits to [low, high].
    fn clamp_from_end(&mut self, v: Value, size: Value, low: Value, high: Value) -> Value {
        let zero = self.i64(0);
        let negative = self.b.icmp(Cc::Slt, v, zero);
        let from_end = self.b.binary(Op::Iadd, v, size);
        let v = self.b.select(negative, from_end, v);
        let below = self.b.icmp(Cc::Slt, v, low);
        let v = self.b.select(below, low, v);
        let above = self.b.icmp(Cc::Sgt, v, high);
        self.b.select(above, high, v)
    }

    /// The step is known only at run time: the runtime works it out.
    fn dynamic_slice(&mut self, s: &SliceParts, size: Value) -> (Value, Value, Value) {
        let one = self.i64(1);
        let step = s.step.unwrap_or(one);
        let zero = self.i64(0);
        let none = self.b.icmp(Cc::Eq, step, zero);
        self.b.trap_if(none, TrapKind::SliceStep, &[]);
        let out = self.b.op(Op::StackAddr, Ty::Ptr, &[], 16);
        let has = self.i64(i64::from(s.start.is_some()) | i64::from(s.stop.is_some()) << 1);
        let (start, stop) = (s.start.unwrap_or(zero), s.stop.unwrap_or(zero));
        self.runtime("taipan_slice_bounds", &[size, has, start, stop, step, out]);
        let first = self.b.load(Ty::I64, out, 0);
        let length = self.b.load(Ty::I64, out, 8);
        (first, step, length)
    }
}
