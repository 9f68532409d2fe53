//! Text: immutable, parts (owner, address of the first code point, length);
//! code points are `u32` (`taipan_runtime::text`). Slices and items are views.

use super::array::index::SliceParts;
use super::{Lowerer, Parts};
use crate::error::CompileError;
use crate::hir::types::{DType, Type};
use crate::hir::{self, BinaryOp, CompareOp, Op as Hop};
use crate::lir::op::{Cc, Op};
use crate::lir::{Aux, Ty, Value};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};
use taipan_runtime::buffer::{BUFFER_DATA, BufferRef};
use taipan_runtime::dtype::Kind;
use taipan_runtime::text;
use taipan_runtime::trap::TrapKind;

/// Position of the parts.
pub const OWNER: usize = 0;
/// Address of the first code point.
pub const DATA: usize = 1;
/// Number of code points.
pub const LENGTH: usize = 2;

/// Constant texts of compiled code, which lives as long as the process. The
/// number is the address of the cell that holds the buffer's.
static CONSTANTS: LazyLock<Mutex<HashMap<Arc<str>, (usize, BufferRef)>>> = LazyLock::new(Default::default);

/// Functions that give the text of a number, by kind.
const OF_NUMBER: &[(Kind, DType, &str)] = &[
    (Kind::Bool, DType::I64, "taipan_text_bool"),
    (Kind::Signed, DType::I64, "taipan_text_i64"),
    (Kind::Unsigned, DType::U64, "taipan_text_u64"),
    (Kind::Float, DType::F64, "taipan_text_f64"),
    (Kind::Complex, DType::C128, "taipan_text_complex"),
];

impl Lowerer<'_> {
    /// A constant text.
    ///
    /// # Errors
    /// No memory for it.
    pub fn text_constant(&mut self, s: &Arc<str>) -> Result<Parts, CompileError> {
        let mut table = CONSTANTS.lock().unwrap_or_else(|e| e.into_inner());
        if !table.contains_key(s) {
            let points: Vec<u32> = s.chars().map(u32::from).collect();
            let b = text::buffer(&points).ok_or_else(|| CompileError::bug("no memory for a text"))?;
            let cell: &'static usize = Box::leak(Box::new(b.as_ptr() as usize));
            table.insert(s.clone(), (std::ptr::from_ref(cell) as usize, b));
        }
        let (cell, b) = &table[s];
        let address = |l: &mut Self, p: usize| {
            let i = l.b.push(Op::AddrConst, Ty::Ptr, &[], p as i64, Aux::None, &[]);
            l.b.func.insts[i.index()].results[0]
        };
        let cell = address(self, *cell);
        let owner = self.b.load(Ty::Ref, cell, 0);
        let data = address(self, b.data() as usize);
        let length = self.i64(s.chars().count() as i64);
        Ok(vec![owner, data, length])
    }

    /// The text in a buffer that a runtime function made; null is MemoryError.
    fn text_made(&mut self, name: &str, args: &[Value]) -> Parts {
        let owner = self.runtime(name, args).expect("has a result");
        let null = self.b.iconst(Ty::Ref, 0);
        let failed = self.b.icmp(Cc::Eq, owner, null);
        self.trap_text_if(failed, TrapKind::MemoryText, "not enough memory for a text");
        let data = self.b.load(Ty::Ptr, owner, BUFFER_DATA);
        let length = self.runtime("taipan_text_length", &[owner]).expect("has a result");
        vec![owner, data, length]
    }

    /// `a + b`, `a * n`, `n * a`.
    pub(crate) fn text_binary(&mut self, op: BinaryOp, a: hir::Value, b: hir::Value) -> Result<Parts, CompileError> {
        let (ta, tb) = (self.ty(a).clone(), self.ty(b).clone());
        match (op, &ta, &tb) {
            (BinaryOp::Add, Type::Str, Type::Str) => {
                let (x, y) = (self.parts(a), self.parts(b));
                Ok(self.text_made("taipan_text_concat", &[x[DATA], x[LENGTH], y[DATA], y[LENGTH]]))
            }
            (BinaryOp::Mul, Type::Str, _) | (BinaryOp::Mul, _, Type::Str) => {
                let (text, count) = if ta == Type::Str { (a, b) } else { (b, a) };
                let x = self.parts(text);
                let n = self.int_of(count)?;
                Ok(self.text_made("taipan_text_repeat", &[x[DATA], x[LENGTH], n]))
            }
            _ => Err(CompileError::typing(format!("operator {} is not defined for {ta} and {tb}", op.text()))),
        }
    }

    /// Comparison of two texts, by code points.
    pub(crate) fn text_compare(&mut self, op: CompareOp, a: &[Value], b: &[Value]) -> Value {
        let args = [a[DATA], a[LENGTH], b[DATA], b[LENGTH]];
        let cc = match op {
            CompareOp::Eq | CompareOp::Ne => {
                let same = self.runtime("taipan_text_equal", &args).expect("has a result");
                let zero = self.i64(0);
                return self.b.icmp(if op == CompareOp::Eq { Cc::Ne } else { Cc::Eq }, same, zero);
            }
            CompareOp::Lt => Cc::Slt,
            CompareOp::Le => Cc::Sle,
            CompareOp::Gt => Cc::Sgt,
            CompareOp::Ge => Cc::Sge,
        };
        let order = self.runtime("taipan_text_compare", &args).expect("has a result");
        let zero = self.i64(0);
        self.b.icmp(cc, order, zero)
    }

    /// Position of `part` in `whole`, or -1.
    pub fn text_find(&mut self, whole: &[Value], part: &[Value]) -> Value {
        self.runtime("taipan_text_find", &[whole[DATA], whole[LENGTH], part[DATA], part[LENGTH]]).expect("has a result")
    }

    /// Is the text not empty?
    pub(crate) fn text_truth(&mut self, p: &[Value]) -> Value {
        let zero = self.i64(0);
        self.b.icmp(Cc::Ne, p[LENGTH], zero)
    }

    /// The code point at a position that is in range, as a text.
    pub(crate) fn text_at(&mut self, p: &[Value], at: Value) -> Parts {
        let four = self.i64(4);
        let offset = self.b.binary(Op::Imul, at, four);
        let data = self.b.op(Op::PtrAdd, Ty::Ptr, &[p[DATA], offset], 0);
        vec![p[OWNER], data, self.i64(1)]
    }

    /// `text[index]` with an integer or a slice.
    pub(crate) fn text_item(&mut self, object: hir::Value, index: hir::Value) -> Result<Parts, CompileError> {
        let p = self.parts(object);
        if let Type::Scalar(d) = *self.ty(index) {
            let at = self.int_of(index)?;
            let (zero, size) = (self.i64(0), p[LENGTH]);
            let negative = self.b.icmp(Cc::Slt, at, zero);
            let from_end = self.b.binary(Op::Iadd, at, size);
            let wrapped = if d.kind() == Kind::Unsigned { at } else { self.b.select(negative, from_end, at) };
            let bad = self.b.icmp(Cc::Uge, wrapped, size);
            self.trap_text_if(bad, TrapKind::IndexText, "string index out of range");
            return Ok(self.text_at(&p, wrapped));
        }
        let Some(slice) = self.slice_parts(index) else {
            return Err(CompileError::typing(format!("a text is not indexed by {}", self.ty(index))));
        };
        let (start, step, count) = self.slice_bounds(&slice, p[LENGTH]);
        if slice.constant_step == Some(1) {
            let mut out = self.text_at(&p, start);
            out[LENGTH] = count;
            return Ok(out);
        }
        Ok(self.text_made("taipan_text_pick", &[p[DATA], p[LENGTH], start, step, count]))
    }

    /// The members of a slice value.
    pub(crate) fn slice_parts(&mut self, v: hir::Value) -> Option<SliceParts> {
        let Type::Slice { start, stop, step } = *self.ty(v) else { return None };
        let parts = self.parts(v);
        let mut rest = parts.into_iter();
        let mut take = |present: bool| if present { rest.next() } else { None };
        let (start, stop, step) = (take(start), take(stop), take(step));
        let constant_step = match (step, self.def_inst(v).map(|i| &i.op)) {
            (None, _) => Some(1),
            (_, Some(Hop::Slice { step: Some(s), .. })) => self.const_int(*s),
            (_, Some(Hop::Const(crate::hir::value::ConstValue::Slice([_, _, step])))) => *step,
            _ => None,
        };
        Some(SliceParts { start, stop, step, constant_step })
    }

    /// `str(x)` of a value of type `t`.
    ///
    /// # Errors
    /// Types whose text compiled code cannot make.
    pub fn text_of(&mut self, t: &Type, p: &[Value]) -> Result<Parts, CompileError> {
        match t {
            Type::Str => Ok(p.to_vec()),
            Type::None => self.text_constant(&"None".into()),
            Type::Scalar(d) => {
                let row = OF_NUMBER.iter().find(|r| r.0 == d.kind()).expect("every kind has a row");
                let v = self.cast_scalar(p, *d, row.1);
                Ok(self.text_made(row.2, &v))
            }
            t => Err(CompileError::typing(format!("str() of {t} is not available in nopython code"))),
        }
    }

    /// `chr(i)`.
    pub fn text_of_code_point(&mut self, i: Value) -> Parts {
        let limit = self.i64(0x11_0000);
        let bad = self.b.icmp(Cc::Uge, i, limit);
        self.trap_text_if(bad, TrapKind::ValueText, "chr() arg not in range(0x110000)");
        self.text_made("taipan_text_chr", &[i])
    }

    /// `ord(s)`.
    pub fn code_point_of_text(&mut self, p: &[Value]) -> Value {
        let one = self.i64(1);
        let bad = self.b.icmp(Cc::Ne, p[LENGTH], one);
        self.trap_text_if(bad, TrapKind::TypeText, "ord() expected a character");
        let c = self.b.load(Ty::I32, p[DATA], 0);
        self.resize_int(c, false, Ty::I64)
    }

    /// A method such as `upper`, by its number in `taipan_runtime::text::CHANGES`.
    pub fn text_changed(&mut self, p: &[Value], which: usize) -> Parts {
        let which = self.i64(which as i64);
        self.text_made("taipan_text_change", &[p[DATA], p[LENGTH], which])
    }
}
