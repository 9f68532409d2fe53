//! Arrays and lists that an ordinary loop entered with: elements, sizes,
//! iteration.

use super::{Builder, UNSUPPORTED};
use crate::hir::build::{Machine, Step};
use crate::hir::types::{ArrayType, Type};
use crate::hir::{Op, Value};
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
        let Type::List(d) = *self.ty(object) else { return Err(UNSUPPORTED) };
        let index = self.position_value(index)?;
        Ok(self.checked(Op::GetItem { object, index }, Type::Scalar(d)))
    }

    /// `object[index] = value` of a list.
    pub(super) fn store_list_item(&mut self, object: Value, index: Value, value: Value) -> Step<()> {
        if !rules::is_number(self.ty(value)) {
            return Err(UNSUPPORTED);
        }
        let index = self.position_value(index)?;
        let state = self.snapshot();
        self.append(Op::SetItem { object, index, value }, vec![], Some(state));
        Ok(())
    }

    /// `iter(list)`.
    pub(super) fn list_iterator(&mut self, op: Op) -> Step<Value> {
        let Op::Iter { object } = op else { return Err(UNSUPPORTED) };
        let Type::List(d) = *self.ty(object) else { return Err(UNSUPPORTED) };
        let v = self.plain(op, Type::ListIter(d));
        self.walked.insert(v, object);
        Ok(v)
    }
}
