//! Compile-time objects: constants of the program and the outside world as
//! the compiler sees it. The `vm` crate builds these; `jit` never sees a
//! Python object.

use crate::bytecode::Code;
use crate::error::CompileError;
use crate::hir::types::{DType, Type};
use std::fmt;
use std::sync::Arc;
use taipan_runtime::array::Array;

/// A constant.
#[derive(Clone, Debug)]
pub enum ConstValue {
    None,
    Bool(bool),
    Int(i64),
    /// Unsigned beyond i64 (`uint64` globals, literals from 2^63 to 2^64-1).
    UInt(u64),
    Float(f64),
    Complex(f64, f64),
    /// A NumPy scalar keeps its dtype; the number is one of the above.
    Scalar(DType, Box<ConstValue>),
    Str(Arc<str>),
    Tuple(Arc<[ConstValue]>),
    Ellipsis,
    /// `start:stop:step` of integers; absent parts are None.
    Slice([Option<i64>; 3]),
    /// Code of an inner function or comprehension.
    Code(Arc<Code>),
    Global(Arc<Global>),
}

/// An object of the program that is fixed at compile time.
#[derive(Clone)]
pub enum Global {
    /// A function, class or constant the library registry knows by its
    /// canonical path: `numpy.sqrt`, `math.pi`, `builtins.range`, `numba.prange`.
    Library(Arc<str>),
    /// A module by its canonical name; attributes resolve through [`Outside`].
    Module(Arc<str>),
    /// `np.float32`, `np.dtype('f4')`: usable as dtype argument and as a cast.
    DType(DType),
    /// A Numba type object; calling it casts.
    NumbaType(Type),
    /// A jitted function.
    Function(Arc<dyn JitFunction>),
    /// A global ndarray, frozen at compile time.
    Array(Arc<Array>),
    /// An exception class: `id` is the vm's handle.
    ExceptionClass { name: Arc<str>, id: u64 },
    /// An inner function made by MAKE_FUNCTION (closure over known values).
    Closure(Arc<Closure>),
    /// Anything else; using it is a typing error that names its Python type.
    Opaque { type_name: Arc<str>, id: u64 },
}

/// An inner function.
#[derive(Debug)]
pub struct Closure {
    pub code: Arc<Code>,
    pub defaults: Vec<ConstValue>,
}

impl Global {
    /// Does it stand for an element type (`np.float32`, `a.dtype`)?
    pub fn is_dtype(&self) -> bool {
        matches!(self, Global::DType(_) | Global::NumbaType(_))
    }
}

impl PartialEq for Global {
    fn eq(&self, o: &Self) -> bool {
        match (self, o) {
            (Global::Library(a), Global::Library(b)) | (Global::Module(a), Global::Module(b)) => a == b,
            (Global::DType(a), Global::DType(b)) => a == b,
            (Global::NumbaType(a), Global::NumbaType(b)) => a == b,
            (Global::Function(a), Global::Function(b)) => a.id() == b.id(),
            (Global::Array(a), Global::Array(b)) => Arc::ptr_eq(a, b),
            (Global::ExceptionClass { id: a, .. }, Global::ExceptionClass { id: b, .. }) => a == b,
            (Global::Closure(a), Global::Closure(b)) => Arc::ptr_eq(a, b),
            (Global::Opaque { id: a, .. }, Global::Opaque { id: b, .. }) => a == b,
            _ => false,
        }
    }
}

impl fmt::Debug for Global {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Global {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Global::Library(p) => write!(f, "Function({p})"),
            Global::Module(p) => write!(f, "Module({p})"),
            Global::DType(d) => write!(f, "class({})", crate::hir::types::scalar_name(*d)),
            Global::NumbaType(t) => write!(f, "typeref[{t}]"),
            Global::Function(j) => write!(f, "type(CPUDispatcher({}))", j.name()),
            Global::Array(_) => f.write_str("global array"),
            Global::ExceptionClass { name, .. } => write!(f, "class({name})"),
            Global::Closure(c) => write!(f, "function({})", c.code.name),
            Global::Opaque { type_name, .. } => write!(f, "object of type {type_name}"),
        }
    }
}

/// The outside as one function of the program sees it. The only way from
/// `jit` to the interpreter.
pub trait Outside: Send + Sync {
    /// Value of a global or builtin name now; `None` = undefined.
    fn global(&self, name: &str) -> Option<ConstValue>;
    /// Value of the free variable with this name; `None` = unbound or unknown.
    fn free_variable(&self, name: &str) -> Option<ConstValue>;
    /// Attribute of a module or class object.
    fn attribute(&self, object: &Global, name: &str) -> Option<ConstValue>;
}

/// A jitted function of the program.
pub trait JitFunction: Send + Sync {
    /// Unique for the life of the process.
    fn id(&self) -> u64;
    /// Qualified name.
    fn name(&self) -> &str;
    /// Its bytecode.
    fn code(&self) -> Arc<Code>;
    /// Values of defaults for the last parameters.
    fn defaults(&self) -> Vec<ConstValue>;
    /// Values of defaults of the keyword-only parameters, one for each of them.
    fn keyword_defaults(&self) -> Vec<Option<ConstValue>> {
        vec![]
    }
    /// What its names mean.
    fn outside(&self) -> Arc<dyn Outside>;
    /// Options of its decorator.
    fn options(&self) -> CompileOptions;
    /// The parameter types that a call with these argument types is compiled
    /// for: others where only declared signatures are allowed.
    ///
    /// # Errors
    /// A typing error if no declared signature takes them.
    fn accepted(&self, args: &[Type]) -> Result<Vec<Type>, CompileError> {
        Ok(args.to_vec())
    }
    /// The return type that a signature declares for these parameter types.
    fn declared_return(&self, _params: &[Type]) -> Option<Type> {
        None
    }
}

/// Division by zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub enum ErrorModel {
    /// Raises ZeroDivisionError.
    #[default]
    Python,
    /// inf / nan; integer division gives 0.
    Numpy,
}

/// Options of `@jit` that change code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CompileOptions {
    pub fastmath: crate::lir::FastMath,
    pub parallel: bool,
    pub error_model: ErrorModel,
    /// Default true: Taipan checks unless `boundscheck=False` is asked for.
    pub boundscheck: bool,
    pub nogil: bool,
    pub debug: bool,
}

impl Default for CompileOptions {
    fn default() -> Self {
        CompileOptions {
            fastmath: crate::lir::FastMath::NONE,
            parallel: false,
            error_model: ErrorModel::Python,
            boundscheck: true,
            nogil: false,
            debug: false,
        }
    }
}
