//! Lists of Python numbers in ordinary loops: every access is a call of the
//! interpreter side, which looks at the item's class and hands over its bits.

use super::{Lowerer, Parts};
use crate::abi::scalar_ty;
use crate::error::CompileError;
use crate::hir::types::{DType, Type};
use crate::hir::{self, ExitReason};
use crate::lir::op::{Cc, Op};
use crate::lir::{Ty, Value};
use taipan_runtime::dtype::Kind;

/// The class of an item, as the interpreter side takes it.
pub fn class_number(d: DType) -> Option<i64> {
    CLASSES.iter().position(|c| *c == d).map(|n| n as i64)
}

/// Status of an iteration: behind the last item.
pub const END: i64 = 2;

/// int, float, bool.
pub const CLASSES: &[DType] = &[DType::I64, DType::F64, DType::Bool];

impl Lowerer<'_> {
    fn class_value(&mut self, d: DType) -> Result<Value, CompileError> {
        let n = class_number(d).ok_or_else(|| CompileError::bug(format!("list of {}", d.name())))?;
        Ok(self.i64(n))
    }

    /// Calls `name`, which gives 0 or a reason to leave.
    fn list_call(&mut self, name: &str, args: &[Value], reason: ExitReason) -> Result<(), CompileError> {
        let bad = self.runtime(name, args).ok_or_else(|| CompileError::bug("has a result"))?;
        self.exit_if_bad(bad, reason)
    }

    fn exit_if_bad(&mut self, bad: Value, reason: ExitReason) -> Result<(), CompileError> {
        let none = self.b.iconst(Ty::I32, 0);
        let c = self.b.icmp(Cc::Ne, bad, none);
        self.exit_if(c, reason)
    }

    /// The item at a position, for an iterator: a status (0, [`END`] behind the
    /// last item as the list is now, or an item of another class) and where it is.
    pub(crate) fn list_next(&mut self, list: Value, position: Value, d: DType) -> Result<(Value, Value), CompileError> {
        let out = self.stack(8);
        let class = self.class_value(d)?;
        let status = self.runtime("taipan_list_next", &[list, position, class, out]);
        Ok((status.ok_or_else(|| CompileError::bug("has a result"))?, out))
    }

    /// The item that [`Self::list_next`] found; leaves if it is of another class.
    pub(crate) fn list_fetched(&mut self, status: Value, out: Value, d: DType) -> Result<Parts, CompileError> {
        self.exit_if_bad(status, ExitReason::TypeChanged)?;
        self.fetched(out, d)
    }

    /// Appends a number to a list.
    pub(crate) fn list_append(&mut self, object: hir::Value, value: hir::Value) -> Result<(), CompileError> {
        let list = self.parts(object)[0];
        let (class, word) = self.class_and_bits(value)?;
        self.list_call("taipan_list_append", &[list, class, word], ExitReason::TypeChanged)
    }

    /// A number as the interpreter side takes it.
    fn class_and_bits(&mut self, value: hir::Value) -> Result<(Value, Value), CompileError> {
        let (d, x) = self.any_number(value)?;
        let class = self.class_value(d)?;
        let word = match scalar_ty(d) {
            Ty::F64 => self.b.op(Op::Bitcast, Ty::I64, &[x], 0),
            _ => self.b.convert(Op::Zext, Ty::I64, x),
        };
        Ok((class, word))
    }

    fn fetched(&mut self, out: Value, d: DType) -> Result<Parts, CompileError> {
        let word = self.b.load(Ty::I64, out, 0);
        Ok(vec![match scalar_ty(d) {
            Ty::F64 => self.b.op(Op::Bitcast, Ty::F64, &[word], 0),
            Ty::I1 => self.b.op(Op::Itrunc, Ty::I1, &[word], 0),
            _ => word,
        }])
    }

    pub(crate) fn list_item(&mut self, object: hir::Value, index: hir::Value, d: DType) -> Result<Parts, CompileError> {
        let at = self.int_of(index)?;
        let list = self.parts(object)[0];
        let out = self.stack(8);
        let class = self.class_value(d)?;
        self.list_call("taipan_list_get", &[list, at, class, out], ExitReason::TypeChanged)?;
        self.fetched(out, d)
    }

    /// An item of a row: the index is (row, position).
    pub(crate) fn lists_item(&mut self, object: hir::Value, index: hir::Value, d: DType) -> Result<Parts, CompileError> {
        let (list, at) = (self.parts(object)[0], self.parts(index));
        let out = self.stack(8);
        let class = self.class_value(d)?;
        let [row, position] = at[..] else { return Err(CompileError::bug("an item of a row has two indices")) };
        self.list_call("taipan_lists_get", &[list, row, position, class, out], ExitReason::TypeChanged)?;
        self.fetched(out, d)
    }

    /// A row of an array or of lists: its position, counted from the start.
    pub(crate) fn row(&mut self, object: hir::Value, index: hir::Value) -> Result<Parts, CompileError> {
        if let Some(a) = self.array(object) {
            let signed = self.ty(index).scalar().is_none_or(|d| d.kind() == Kind::Signed);
            let p = self.parts(index)[0];
            let at = self.resize_int(p, signed, Ty::I64);
            return Ok(vec![self.checked_index(at, signed, self.const_int(index), a.shape(0), 0)?]);
        }
        let at = self.int_of(index)?;
        let list = self.parts(object)[0];
        let row = self.runtime("taipan_lists_row", &[list, at]).ok_or_else(|| CompileError::bug("has a result"))?;
        let zero = self.i64(0);
        let c = self.b.icmp(Cc::Slt, row, zero);
        self.exit_if(c, ExitReason::Index)?;
        Ok(vec![row])
    }

    /// The length of a row of lists.
    pub(crate) fn row_length(&mut self, object: hir::Value, row: hir::Value) -> Result<Parts, CompileError> {
        let (list, at) = (self.parts(object)[0], self.int_of(row)?);
        let n = self.runtime("taipan_lists_length", &[list, at]).ok_or_else(|| CompileError::bug("has a result"))?;
        let zero = self.i64(0);
        let c = self.b.icmp(Cc::Slt, n, zero);
        self.exit_if(c, ExitReason::TypeChanged)?;
        Ok(vec![n])
    }

    pub(crate) fn store_list_item(&mut self, object: hir::Value, index: hir::Value, value: hir::Value) -> Result<(), CompileError> {
        let list = self.parts(object)[0];
        let at: Parts = match self.ty(index) {
            Type::Tuple(_) => self.parts(index),
            _ => vec![self.int_of(index)?],
        };
        let (class, word) = self.class_and_bits(value)?;
        match at[..] {
            [row, position] => self.list_call("taipan_lists_set", &[list, row, position, class, word], ExitReason::Index),
            _ => self.list_call("taipan_list_set", &[list, at[0], class, word], ExitReason::Index),
        }
    }

    /// Number of items now.
    pub(crate) fn list_length(&mut self, list: Value) -> Result<Value, CompileError> {
        self.runtime("taipan_list_length", &[list]).ok_or_else(|| CompileError::bug("has a result"))
    }
}
