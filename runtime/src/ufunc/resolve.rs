//! Which loop of a ufunc runs for given operand types (NEP 50).

use smallvec::SmallVec;

use super::kernel::LoopRow;
use super::table::{Rule, Ufunc};
use crate::dtype::{Casting, DType, Weak, can_cast, promote_types, promote_weak, weak_default};
use crate::error::{Error, Result};

/// The type of an operand: strong, or that of a Python scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperandType {
    /// An array or NumPy scalar.
    Strong(DType),
    /// A Python `int`, `float` or `complex`.
    Weak(Weak),
}

impl Ufunc {
    /// The loop for operands of these types.
    ///
    /// # Errors
    /// `TypeError` with NumPy's text if there is none.
    pub fn resolve(&self, operands: &[OperandType]) -> Result<&'static LoopRow> {
        let common = operands
            .iter()
            .filter_map(|o| match o {
                OperandType::Strong(d) => Some(*d),
                OperandType::Weak(_) => None,
            })
            .reduce(promote_types);
        let strongest_weak = operands
            .iter()
            .filter_map(|o| match o {
                OperandType::Weak(w) => Some(*w),
                OperandType::Strong(_) => None,
            })
            .max();
        let types: SmallVec<[DType; 4]> = operands
            .iter()
            .map(|o| match (*o, common) {
                (OperandType::Strong(d), _) => d,
                (OperandType::Weak(w), Some(c)) => promote_weak(c, w),
                (OperandType::Weak(w), None) => weak_default(strongest_weak.unwrap_or(w)),
            })
            .collect();
        let found = self.resolve_types(&types);
        if found.is_err() && operands.contains(&OperandType::Weak(Weak::Int)) {
            // A Python integer beside a float may be meant as one (`ldexp`).
            let types: SmallVec<[DType; 4]> = operands
                .iter()
                .zip(&types)
                .map(|(o, t)| if *o == OperandType::Weak(Weak::Int) { DType::I64 } else { *t })
                .collect();
            return self.resolve_types(&types).or(found);
        }
        found
    }

    /// The loop for strong operand types.
    pub fn resolve_types(&self, types: &[DType]) -> Result<&'static LoopRow> {
        if self.rule == Rule::NoBool && types.iter().all(|&t| t == DType::Bool) {
            return Err(self.no_bool_loop());
        }
        if self.rule == Rule::TrueDivide && types.iter().all(|t| !t.is_inexact()) {
            return self.resolve_types(&[DType::F64, DType::F64]);
        }
        // The common case first: a loop for exactly these types.
        if let Some(row) = self.loops.iter().find(|row| row.types[..types.len()] == *types) {
            return Ok(row);
        }
        self.loops
            .iter()
            .find(|row| {
                types
                    .iter()
                    .zip(&row.types)
                    .all(|(&from, &to)| can_cast(from, to, Casting::Safe))
            })
            .ok_or_else(|| self.no_loop(types))
    }

    /// The loop whose first output has type `dtype` (the `dtype=` argument).
    pub fn resolve_output(&self, dtype: DType) -> Result<&'static LoopRow> {
        self.loops
            .iter()
            .find(|row| {
                let outputs = &row.types[self.nin..self.nin + self.nout];
                outputs.iter().all(|&t| t == dtype) && (self.nout == 1 || row.types[0] == dtype)
            })
            .ok_or_else(|| self.no_matching_loop())
    }

    /// Whether every loop answers with a truth value, whatever it takes.
    pub fn answers_truth(&self) -> bool {
        self.nout == 1 && self.loops.iter().all(|row| row.types[self.nin] == DType::Bool)
    }

    /// The error of a type asked for (`dtype=`, a reduction) that no loop has.
    pub(super) fn no_matching_loop(&self) -> Error {
        Error::type_error(format!(
            "No loop matching the specified signature and casting was found for ufunc {}",
            self.name
        ))
    }

    fn no_bool_loop(&self) -> Error {
        match self.name {
            "subtract" => Error::type_error(
                "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, or the logical_xor function instead.",
            ),
            "negative" => Error::type_error(
                "The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or the logical_not function instead.",
            ),
            _ => self.no_exact_loop(&[DType::Bool, DType::Bool][..self.nin]),
        }
    }

    fn no_exact_loop(&self, types: &[DType]) -> Error {
        let classes: SmallVec<[String; 4]> = types.iter().map(|&t| dtype_class(t)).collect();
        let tuple = if classes.len() == 1 {
            classes[0].clone()
        } else {
            format!("({})", classes.join(", "))
        };
        Error::ufunc_type(format!(
            "ufunc '{}' did not contain a loop with signature matching types {tuple} -> None",
            self.name
        ))
    }

    fn no_loop(&self, types: &[DType]) -> Error {
        if self.rule == Rule::NoBool {
            return self.no_exact_loop(types);
        }
        Error::type_error(format!(
            "ufunc '{}' not supported for the input types, and the inputs could not be safely coerced to any supported types according to the casting rule ''safe''",
            self.name
        ))
    }
}

/// The class of a dtype as Python prints it.
fn dtype_class(dtype: DType) -> String {
    let name = dtype.name();
    let (head, tail) = match name.strip_prefix("uint") {
        Some(rest) => ("UInt".to_owned(), rest),
        None => (name[..1].to_uppercase(), &name[1..]),
    };
    format!("<class 'numpy.dtypes.{head}{tail}DType'>")
}
