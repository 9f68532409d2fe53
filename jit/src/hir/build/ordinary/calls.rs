//! Calls of library functions in ordinary loops, and members of modules.

use super::{Builder, UNSUPPORTED};
use crate::hir::build::{Item, Machine, Step, Stop};
use crate::hir::types::{DType, Type};
use crate::hir::value::{ConstValue, Global};
use crate::hir::{BinaryOp, CompareOp, Op, Term, Value};
use crate::typing::{numpy_scalar, ordinary as rules};
use std::sync::Arc;

/// Functions of Python that take NumPy's scalars for the Python numbers they
/// stand for, and give Python's own numbers: how the argument is converted.
/// Other functions of `math` take any number as a float.
const CONVERSIONS: &[(&str, Conversion)] = &[
    ("builtins.int", Conversion::Number),
    ("builtins.float", Conversion::Float),
    ("builtins.bool", Conversion::Number),
    ("builtins.range", Conversion::Index),
    ("math.floor", Conversion::FloatOnly),
    ("math.ceil", Conversion::FloatOnly),
    ("math.trunc", Conversion::FloatOnly),
];

/// Functions that give back a number of the class they were given.
const KEEPS_CLASS: &[&str] = &["builtins.min", "builtins.max"];

/// The dtypes of Python's own numbers.
const LONG: &[DType] = &[DType::F64, DType::I64];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Conversion {
    /// Floats to float, others to int.
    Number,
    Float,
    /// Integers only.
    Index,
    /// Floats only.
    FloatOnly,
}

impl Conversion {
    fn target(self, d: DType) -> Option<Type> {
        let fits = d != DType::U64;
        match self {
            Conversion::Float => Some(Type::FLOAT),
            Conversion::Number | Conversion::FloatOnly if d.is_float() => Some(Type::FLOAT),
            Conversion::Number | Conversion::Index if d.is_integer() && fits => Some(Type::INT),
            Conversion::Number if d == DType::Bool => Some(Type::BOOL),
            _ => None,
        }
    }
}

impl Builder<'_> {
    /// `module.name`.
    pub(super) fn member(&mut self, module: Value, name: &Arc<str>) -> Step<Value> {
        let module = self.library_path(module).ok_or(UNSUPPORTED)?;
        let path: Arc<str> = format!("{module}.{name}").into();
        let known = crate::library::in_ordinary(&path);
        let c = match rules::float_constant(&path) {
            Some(x) => ConstValue::Float(x),
            None if known => ConstValue::Global(Arc::new(Global::Library(path.clone()))),
            None => return Err(UNSUPPORTED),
        };
        if !self.assumed.contains(&path) {
            self.assumed.push(path);
        }
        self.emit(Op::Const(c))
    }

    /// A call of the library function at `path`.
    pub(super) fn library_call(&mut self, path: &str, callee: Value, args: &[Value]) -> Step<Value> {
        let types: Vec<Type> = args.iter().map(|a| self.ty(*a).clone()).collect();
        match (path, args) {
            ("builtins.len", [a]) if types[0].array().is_some() => return self.array_length(*a),
            ("builtins.len", [row]) if matches!(types[0], Type::Row(_)) => return self.row_length(*row, callee),
            ("builtins.len", [_]) if types[0].is_held() => {
                let op = Op::Call { callee, args: args.to_vec(), keywords: vec![] };
                return Ok(self.checked(op, Type::INT));
            }
            ("builtins.pow", [a, b]) => {
                return self.emit(Op::Binary { op: BinaryOp::Pow, a: *a, b: *b, inplace: false });
            }
            // Digits behind the point change nothing about an int.
            ("builtins.round", [a, n]) if types[0] == Type::INT => {
                return match self.constant(*n) {
                    Some(ConstValue::Int(0..)) => Ok(*a),
                    _ => Err(UNSUPPORTED),
                };
            }
            ("builtins.round", [_, n]) if *self.ty(*n) != Type::INT => return Err(UNSUPPORTED),
            ("builtins.divmod", [a, b]) => {
                let q = self.emit(Op::Binary { op: BinaryOp::FloorDiv, a: *a, b: *b, inplace: false })?;
                let r = self.emit(Op::Binary { op: BinaryOp::Mod, a: *a, b: *b, inplace: false })?;
                return self.emit(Op::Tuple(vec![q, r]));
            }
            ("builtins.abs", [_]) if matches!(types[0], Type::Numpy(d) if numpy_scalar::is_supported(d)) => {
                let op = Op::Call { callee, args: args.to_vec(), keywords: vec![] };
                return Ok(self.checked(op, types[0].clone()));
            }
            ("builtins.min" | "builtins.max", [a, b])
                if types[0] != types[1] || matches!(types[0], Type::Numpy(d) if !LONG.contains(&d)) =>
            {
                return Err(self.extremum(path, *a, *b)?);
            }
            _ => {}
        }
        if let Some(name) = path.strip_prefix("numpy.") {
            let call = numpy_scalar::ufunc(name, &types).ok_or(UNSUPPORTED)?;
            let op = Op::Call { callee, args: args.to_vec(), keywords: vec![] };
            return Ok(self.checked(op, Type::Numpy(call.output)));
        }
        if KEEPS_CLASS.contains(&path)
            && let Some(Type::Numpy(d)) = types.first()
            && LONG.contains(d)
            && types.iter().all(|t| *t == types[0])
        {
            let plain = args.iter().map(|a| self.cast(*a, Type::Scalar(*d))).collect::<Vec<_>>();
            let r = self.python_call(path, callee, &plain)?;
            return Ok(self.cast(r, Type::Numpy(*d)));
        }
        let mut plain = Vec::new();
        for (a, t) in args.iter().zip(&types) {
            plain.push(match t {
                Type::Numpy(d) => {
                    let named = CONVERSIONS.iter().find(|c| c.0 == path).map(|c| c.1);
                    let conversion = named.or(path.starts_with("math.").then_some(Conversion::Float)).ok_or(UNSUPPORTED)?;
                    self.cast(*a, conversion.target(*d).ok_or(UNSUPPORTED)?)
                }
                _ => *a,
            });
        }
        self.python_call(path, callee, &plain)
    }

    /// A call on Python's own numbers.
    fn python_call(&mut self, path: &str, callee: Value, args: &[Value]) -> Step<Value> {
        let types: Vec<Type> = args.iter().map(|a| self.ty(*a).clone()).collect();
        let consts: Vec<Option<ConstValue>> = args.iter().map(|a| self.constant(*a)).collect();
        let t = rules::call(path, &types, &consts).ok_or(UNSUPPORTED)?;
        Ok(self.checked(Op::Call { callee, args: args.to_vec(), keywords: vec![] }, t))
    }

    fn cast(&mut self, a: Value, to: Type) -> Value {
        if *self.ty(a) == to {
            return a;
        }
        self.plain(Op::Cast { a, to: to.clone() }, to)
    }

    /// `min(a, b)` or `max(a, b)` of different types: the result is one of the
    /// objects, so what follows is built for each.
    fn extremum(&mut self, path: &str, a: Value, b: Value) -> Step<Stop> {
        // The first one stays unless the second is really better.
        let op = if path.ends_with("min") { CompareOp::Lt } else { CompareOp::Gt };
        if ![a, b].iter().all(|v| rules::is_scalar(self.ty(*v))) {
            return Err(UNSUPPORTED);
        }
        let better = self.emit(Op::Compare { op, a: b, b: a })?;
        let cond = self.emit(Op::Truth { a: better })?;
        let next = self.position + 1;
        let mut edges = Vec::new();
        for v in [b, a] {
            self.stack().push(Item::Value(v));
            edges.push(match self.inner_next() {
                Some(next) => self.path(next)?,
                None => self.edge_behind(next),
            });
            self.stack().pop();
        }
        let [then, otherwise] = &edges[..] else { return Err(UNSUPPORTED) };
        self.end(Term::Branch { cond, then: then.clone(), otherwise: otherwise.clone() });
        Ok(Stop::Branched)
    }
}
