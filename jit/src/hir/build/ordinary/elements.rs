//! Arrays and lists that an ordinary loop entered with: elements, sizes,
//! iteration.

use super::{Builder, UNSUPPORTED};
use crate::hir::build::{Machine, Step};
use crate::hir::types::{ArrayType, DType, Type};
use crate::hir::value::ConstValue;
use crate::hir::{Op, Value};
use crate::ordinary::EntryKind;
use crate::typing::{numpy_scalar, ordinary as rules};

/// Attributes of arrays that are known without the interpreter.
const ATTRIBUTES: &[&str] = &["shape", "size", "ndim", "nbytes", "itemsize"];

impl Builder<'_> {
    fn array_type(&self, v: Value) -> Step<ArrayType> {
        self.ty(v).array().filter(|a| numpy_scalar::is_supported(a.dtype)).ok_or(UNSUPPORTED)
    }

    /// `object[index]` of an array: a NumPy scalar.
    pub(super) fn element(&mut self, object: Value, index: Value) -> Step<Value> {
        let a = self.array_type(object)?;
        if a.ndim == 2 && !matches!(self.ty(index), Type::Tuple(_)) {
            return self.row(object, index);
        }
        let index = self.full_index(a, index)?;
        Ok(self.checked(Op::GetItem { object, index }, Type::Numpy(a.dtype)))
    }

    /// `object[index] = value` of an array.
    pub(super) fn store_element(&mut self, object: Value, index: Value, value: Value) -> Step<()> {
        let a = self.array_type(object)?;
        if a.readonly || !rules::is_scalar(self.ty(value)) {
            return Err(UNSUPPORTED);
        }
        let index = self.full_index(a, index)?;
        let state = self.snapshot();
        self.append(Op::SetItem { object, index, value }, vec![], Some(state));
        Ok(())
    }

    /// An index of one integer for each dimension, as plain integers.
    fn full_index(&mut self, a: ArrayType, index: Value) -> Step<Value> {
        let items = match self.ty(index).clone() {
            Type::Tuple(types) => match self.made_by(index) {
                Some(Op::Tuple(items)) => items,
                _ => (0..types.len() as u32)
                    .map(|n| self.plain(Op::TupleGet { tuple: index, index: n }, types[n as usize].clone()))
                    .collect(),
            },
            _ => vec![index],
        };
        if items.len() != usize::from(a.ndim) {
            return Err(UNSUPPORTED);
        }
        let items = items.into_iter().map(|v| self.position_value(v)).collect::<Step<Vec<_>>>()?;
        if let [one] = items[..] {
            return Ok(one);
        }
        let types: Vec<Type> = items.iter().map(|v| self.ty(*v).clone()).collect();
        Ok(self.plain(Op::Tuple(items), Type::Tuple(types.into())))
    }

    fn position_value(&mut self, v: Value) -> Step<Value> {
        match self.ty(v) {
            Type::Scalar(d) if d.is_integer() => Ok(v),
            Type::Numpy(d) if d.is_integer() => {
                let to = Type::Scalar(*d);
                Ok(self.plain(Op::Cast { a: v, to: to.clone() }, to))
            }
            // Bools are masks.
            _ => Err(UNSUPPORTED),
        }
    }

    /// A position in a list, as an int.
    fn list_position(&mut self, v: Value) -> Step<Value> {
        let v = self.position_value(v)?;
        match self.ty(v) {
            Type::Scalar(DType::I64) => Ok(v),
            // Beyond 63 bits it would turn negative.
            Type::Scalar(DType::U64) => Err(UNSUPPORTED),
            _ => Ok(self.plain(Op::Cast { a: v, to: Type::INT }, Type::INT)),
        }
    }

    pub(super) fn array_attribute(&mut self, object: Value, name: &std::sync::Arc<str>) -> Step<Value> {
        if !ATTRIBUTES.contains(&&**name) {
            return Err(UNSUPPORTED);
        }
        let t = crate::library::infer_attr(self.ty(object), name)?;
        Ok(self.plain(Op::Attr { object, name: name.clone() }, t))
    }

    /// `len(array)`.
    pub(super) fn array_length(&mut self, object: Value) -> Step<Value> {
        let tuple = self.array_attribute(object, &"shape".into())?;
        Ok(self.plain(Op::TupleGet { tuple, index: 0 }, Type::INT))
    }

    /// `iter(array)` of an array whose items are numbers.
    pub(super) fn array_iterator(&mut self, op: Op) -> Step<Value> {
        let Op::Iter { object } = op else { return Err(UNSUPPORTED) };
        let a = self.array_type(object)?;
        // Rows are arrays of their own.
        if a.ndim != 1 || self.entry_array(object).is_none() {
            return Err(UNSUPPORTED);
        }
        let v = self.plain(op, Type::ArrayIter(a));
        self.walked.insert(v, object);
        Ok(v)
    }

    /// `object[index]` of a list: a Python number of the class that its items
    /// had at entry.
    pub(super) fn list_item(&mut self, object: Value, index: Value) -> Step<Value> {
        match *self.ty(object) {
            Type::List(d) => {
                let index = self.list_position(index)?;
                Ok(self.checked(Op::GetItem { object, index }, Type::Scalar(d)))
            }
            // An item of a row, as `within_row` writes it.
            Type::Lists(d) if matches!(self.ty(index), Type::Tuple(_)) => {
                Ok(self.checked(Op::GetItem { object, index }, Type::Scalar(d)))
            }
            Type::Lists(_) => self.row(object, index),
            _ => Err(UNSUPPORTED),
        }
    }

    /// `object[index]` where that is an array or list of its own.
    fn row(&mut self, object: Value, index: Value) -> Step<Value> {
        let n = self.entry_array(object).ok_or(UNSUPPORTED)?;
        let array = self.ty(object).array().is_some();
        let index = if array { self.position_value(index)? } else { self.list_position(index)? };
        Ok(self.checked(Op::GetItem { object, index }, Type::Row(n)))
    }

    /// The array or list that a row is of, and the full index of an item.
    pub(super) fn within_row(&mut self, row: Value, index: Value) -> Step<(Value, Value)> {
        let Type::Row(n) = *self.ty(row) else { return Err(UNSUPPORTED) };
        let object = *self.func.blocks[0].params.get(n as usize).ok_or(UNSUPPORTED)?;
        let at = self.plain(Op::Cast { a: row, to: Type::INT }, Type::INT);
        let array = self.ty(object).array().is_some();
        let index = if array { self.position_value(index)? } else { self.list_position(index)? };
        let both = vec![Type::INT, self.ty(index).clone()];
        Ok((object, self.plain(Op::Tuple(vec![at, index]), Type::Tuple(both.into()))))
    }

    /// `object[index] = value` of a list.
    pub(super) fn store_list_item(&mut self, object: Value, index: Value, value: Value) -> Step<()> {
        if !rules::is_number(self.ty(value)) {
            return Err(UNSUPPORTED);
        }
        let index = match (self.ty(object), self.ty(index)) {
            (Type::Lists(_), Type::Tuple(_)) => index,
            (Type::List(_), _) => self.list_position(index)?,
            // Rows are replaced by the interpreter.
            _ => return Err(UNSUPPORTED),
        };
        let state = self.snapshot();
        self.append(Op::SetItem { object, index, value }, vec![], Some(state));
        Ok(())
    }

    /// The parameter of the entry that a list with an `append` is. Functions
    /// done in place must not have effects.
    pub(super) fn growing_list(&self, object: Value) -> Step<u32> {
        let n = self.entry_array(object).filter(|_| self.inner.is_empty()).ok_or(UNSUPPORTED)?;
        match self.request.kinds.get(n as usize) {
            Some(EntryKind::List(_)) => Ok(n),
            _ => Err(UNSUPPORTED),
        }
    }

    /// `list.append(number)`: its result.
    pub(super) fn append_to_list(&mut self, method: Value, args: &[Value]) -> Step<Value> {
        let (Type::Append(n), [value]) = (self.ty(method).clone(), args) else { return Err(UNSUPPORTED) };
        if !self.inner.is_empty() || !rules::is_number(self.ty(*value)) {
            return Err(UNSUPPORTED);
        }
        let object = *self.func.blocks[0].params.get(n as usize).ok_or(UNSUPPORTED)?;
        let state = self.snapshot();
        self.append(Op::SetItem { object, index: method, value: *value }, vec![], Some(state));
        Ok(self.plain(Op::Const(ConstValue::None), Type::None))
    }

    /// `iter(list)`.
    pub(super) fn list_iterator(&mut self, op: Op) -> Step<Value> {
        let Op::Iter { object } = op else { return Err(UNSUPPORTED) };
        let Type::List(d) = *self.ty(object) else { return Err(UNSUPPORTED) };
        let v = self.plain(op, Type::ListIter(d));
        self.walked.insert(v, object);
        Ok(v)
    }

    /// `len` of a row.
    pub(super) fn row_length(&mut self, row: Value, callee: Value) -> Step<Value> {
        let Type::Row(n) = *self.ty(row) else { return Err(UNSUPPORTED) };
        let object = *self.func.blocks[0].params.get(n as usize).ok_or(UNSUPPORTED)?;
        if self.ty(object).array().is_some() {
            let tuple = self.array_attribute(object, &"shape".into())?;
            return Ok(self.plain(Op::TupleGet { tuple, index: 1 }, Type::INT));
        }
        let at = self.plain(Op::Cast { a: row, to: Type::INT }, Type::INT);
        Ok(self.checked(Op::Call { callee, args: vec![object, at], keywords: vec![] }, Type::INT))
    }
}
