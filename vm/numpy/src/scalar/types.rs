//! The scalar classes `np.generic` … `np.complex128`: their payloads, the class
//! hierarchy and the way between Python objects and [`ScalarValue`].
//!
//! `float64` objects carry the interpreter's own float payload and `complex128`
//! objects its complex payload, so that they are a `float` and a `complex`;
//! every other scalar carries a [`PyScalar`].

use super::value::{Num, ScalarValue};
use num_complex::Complex64;
use num_traits::ToPrimitive;
use rustpython_vm::{
    AsObject, Context, Py, PyObject, PyObjectRef, PyPayload, PyRef, VirtualMachine,
    builtins::{PyComplex, PyFloat, PyInt, PyIntRef, PyType, PyTypeRef},
    class::{PyClassImpl, add_operators},
    pyclass,
    types::{PyTypeFlags, PyTypeSlots},
};
use std::sync::OnceLock;
use taipan_runtime::dtype::{DType, DTYPES};

/// A single element of an array as an object of its own.
#[pyclass(module = "numpy", name = "generic")]
#[derive(Clone, Copy, Debug, PyPayload)]
pub struct PyScalar {
    dtype: DType,
    bits: u64,
}

impl PyScalar {
    /// The number.
    #[inline]
    pub fn value(&self) -> ScalarValue {
        let bits = self.bits;
        let num = match self.dtype {
            DType::I64 | DType::I32 | DType::I16 | DType::I8 => Num::Int(bits as i64),
            DType::U64 | DType::U32 | DType::U16 | DType::U8 => Num::UInt(bits),
            DType::Bool => Num::Bool(bits != 0),
            DType::F32 | DType::F16 | DType::F64 => Num::Float(f64::from_bits(bits)),
            DType::C64 | DType::C128 => {
                let part = |b: u32| f64::from(f32::from_bits(b));
                Num::Complex(part(bits as u32), part((bits >> 32) as u32))
            }
        };
        ScalarValue {
            dtype: self.dtype,
            num,
        }
    }

    fn pack(value: ScalarValue) -> Self {
        let bits = match value.num {
            Num::Bool(b) => u64::from(b),
            Num::Int(i) => i as u64,
            Num::UInt(u) => u,
            Num::Float(f) => f.to_bits(),
            Num::Complex(re, im) => {
                u64::from((re as f32).to_bits()) | u64::from((im as f32).to_bits()) << 32
            }
        };
        Self {
            dtype: value.dtype,
            bits,
        }
    }
}

/// One row per abstract class: name, base.
const ABSTRACT: &[(&str, &str, &str)] = &[
    ("number", "numpy.number", "generic"),
    ("integer", "numpy.integer", "number"),
    ("signedinteger", "numpy.signedinteger", "integer"),
    ("unsignedinteger", "numpy.unsignedinteger", "integer"),
    ("inexact", "numpy.inexact", "number"),
    ("floating", "numpy.floating", "inexact"),
    ("complexfloating", "numpy.complexfloating", "inexact"),
    ("flexible", "numpy.flexible", "generic"),
    ("character", "numpy.character", "flexible"),
];

/// Full class name of each dtype's scalar, in dtype order.
const CONCRETE: &[&str] = &[
    "numpy.bool",
    "numpy.int8",
    "numpy.int16",
    "numpy.int32",
    "numpy.int64",
    "numpy.uint8",
    "numpy.uint16",
    "numpy.uint32",
    "numpy.uint64",
    "numpy.float16",
    "numpy.float32",
    "numpy.float64",
    "numpy.complex64",
    "numpy.complex128",
];

/// Other names of the same classes (x86-64 Linux).
pub const ALIASES: &[(&str, DType)] = &[
    ("bool_", DType::Bool),
    ("byte", DType::I8),
    ("short", DType::I16),
    ("intc", DType::I32),
    ("int_", DType::I64),
    ("intp", DType::I64),
    ("long", DType::I64),
    ("longlong", DType::I64),
    ("ubyte", DType::U8),
    ("ushort", DType::U16),
    ("uintc", DType::U32),
    ("uint", DType::U64),
    ("uintp", DType::U64),
    ("ulong", DType::U64),
    ("ulonglong", DType::U64),
    ("half", DType::F16),
    ("single", DType::F32),
    ("double", DType::F64),
    ("longdouble", DType::F64),
    ("csingle", DType::C64),
    ("cdouble", DType::C128),
    ("clongdouble", DType::C128),
];

/// Every scalar class.
pub struct ScalarTypes {
    generic: &'static Py<PyType>,
    abstract_types: Vec<(&'static str, &'static Py<PyType>)>,
    by_dtype: [&'static Py<PyType>; 14],
    true_value: PyObjectRef,
    false_value: PyObjectRef,
}

static TYPES: OnceLock<ScalarTypes> = OnceLock::new();

/// The classes; they exist from the first import of `_numpy` on.
#[inline]
pub fn types() -> &'static ScalarTypes {
    TYPES.get_or_init(build)
}

impl ScalarTypes {
    /// `np.generic`.
    pub fn generic(&self) -> &'static Py<PyType> {
        self.generic
    }

    /// The scalar class of a dtype.
    #[inline]
    pub fn of(&self, dtype: DType) -> &'static Py<PyType> {
        self.by_dtype[dtype as usize]
    }

    /// The abstract class of that name (`"number"` … ).
    pub fn abstract_type(&self, name: &str) -> Option<&'static Py<PyType>> {
        self.abstract_types
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, t)| *t)
    }

    /// Every class with its public name.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &'static Py<PyType>)> + '_ {
        let concrete = DTYPES.iter().map(|row| (row.name, self.of(row.dtype)));
        let aliases = ALIASES.iter().map(|&(name, dtype)| (name, self.of(dtype)));
        std::iter::once(("generic", self.generic))
            .chain(self.abstract_types.iter().copied())
            .chain(concrete)
            .chain(aliases)
    }

    /// The dtype a class stands for; subclasses of a concrete class count.
    pub fn dtype_of(&self, class: &Py<PyType>) -> Option<DType> {
        let exact = self.by_dtype.iter().position(|t| t.is(class));
        exact
            .or_else(|| self.by_dtype.iter().position(|t| class.fast_issubclass(*t)))
            .and_then(|i| DType::from_index(i as u8))
    }

    /// `np.True_` or `np.False_`.
    #[inline]
    pub fn bool(&self, value: bool) -> PyObjectRef {
        if value {
            self.true_value.clone()
        } else {
            self.false_value.clone()
        }
    }
}

fn leak(class: PyTypeRef) -> &'static Py<PyType> {
    class.as_object().make_immortal();
    Box::leak(Box::new(class))
}

/// Copies the slots every plain object has and the number protocol of scalars.
fn concrete_slots(ctx: &Context, name: &'static str, dtype: DType) -> PyTypeSlots {
    let mut slots = PyTypeSlots::new(name, PyTypeFlags::from_element(PyTypeFlags::BASETYPE));
    let object = &ctx.types.object_type.slots;
    slots.getattro.store(object.getattro.load());
    slots.setattro.store(object.setattro.load());
    // `__new__` has done everything by the time `__init__` is called.
    slots.init.store(Some(|_, _, _| Ok(())));
    super::number::fill_slots(&mut slots, dtype);
    slots
}

fn new_type(
    ctx: &'static Context,
    base: &'static Py<PyType>,
    slots: PyTypeSlots,
) -> &'static Py<PyType> {
    let class = PyType::new_static(
        base.to_owned(),
        Default::default(),
        slots,
        ctx.types.type_type.to_owned(),
    )
    .unwrap_or_else(|message| panic!("static scalar class: {message}"));
    let class = leak(class);
    class.set_str_attr("__module__", ctx.new_str("numpy"), ctx);
    class
}

fn build() -> ScalarTypes {
    let ctx = Context::genesis();
    let generic_ref = PyScalar::make_static_type();
    let generic = leak(generic_ref);
    generic.slots.new.store(Some(super::construct::slot_new_abstract));
    let mut abstract_types: Vec<(&'static str, &'static Py<PyType>)> = Vec::new();
    for &(name, full_name, base) in ABSTRACT {
        let base = abstract_types
            .iter()
            .find(|(n, _)| *n == base)
            .map_or(generic, |(_, t)| *t);
        let mut slots = PyTypeSlots::new(full_name, PyTypeFlags::from_element(PyTypeFlags::BASETYPE));
        let object = &generic.slots;
        slots.getattro.store(object.getattro.load());
        slots.setattro.store(object.setattro.load());
        slots.hash.store(object.hash.load());
        slots.repr.store(object.repr.load());
        slots.str.store(object.str.load());
        slots.richcompare.store(object.richcompare.load());
        super::number::fill_abstract(&mut slots);
        abstract_types.push((name, new_type(ctx, base, slots)));
    }
    let find = |name: &str| {
        abstract_types
            .iter()
            .find(|(n, _)| *n == name)
            .map_or(generic, |(_, t)| *t)
    };
    let by_dtype: [&'static Py<PyType>; 14] = std::array::from_fn(|i| {
        let dtype = DType::from_index(i as u8).unwrap_or(DType::Bool);
        let parent = find(match dtype.kind_char() {
            'b' => "generic",
            'i' => "signedinteger",
            'u' => "unsignedinteger",
            'f' => "floating",
            _ => "complexfloating",
        });
        let slots = concrete_slots(ctx, CONCRETE[i], dtype);
        let class = match dtype {
            DType::F64 => with_python_base(ctx, slots, parent, ctx.types.float_type),
            DType::C128 => with_python_base(ctx, slots, parent, ctx.types.complex_type),
            _ => new_type(ctx, parent, slots),
        };
        add_operators(class, ctx, &[]);
        class
    });
    let make_bool = |value: bool| -> PyObjectRef {
        let payload = PyScalar::pack(ScalarValue::bool(value));
        let object = PyRef::new_ref(payload, by_dtype[DType::Bool as usize].to_owned(), None);
        object.as_object().make_immortal();
        object.into()
    };
    ScalarTypes {
        generic,
        true_value: make_bool(true),
        false_value: make_bool(false),
        abstract_types,
        by_dtype,
    }
}

/// A class whose layout is that of a Python number but whose method resolution
/// order starts with NumPy's own classes.
fn with_python_base(
    ctx: &'static Context,
    slots: PyTypeSlots,
    parent: &'static Py<PyType>,
    python: &'static Py<PyType>,
) -> &'static Py<PyType> {
    let class = new_type(ctx, python, slots);
    let object = ctx.types.object_type.to_owned();
    let mut mro: Vec<PyTypeRef> = vec![class.to_owned()];
    mro.extend(parent.mro.read().iter().filter(|t| !t.is(&object)).cloned());
    mro.push(python.to_owned());
    mro.push(object);
    *class.mro.write() = mro;
    let bases = vec![parent.to_owned(), python.to_owned()];
    *class.bases.write() = rustpython_vm::builtins::PyTuple::new_ref_typed(bases, ctx);
    class
}

/// What a Python object is to an arithmetic operation.
#[derive(Debug)]
pub enum Operand {
    /// A NumPy scalar or a Python `bool`.
    Strong(ScalarValue),
    /// A Python `int` that fits 64 bits.
    WeakInt(i64),
    /// A larger Python `int`.
    WeakBig(PyIntRef),
    /// A Python `float`.
    WeakFloat(f64),
    /// A Python `complex`.
    WeakComplex(f64, f64),
    /// Anything else.
    Other,
}

/// Sorts `obj` without looking past its class.
#[inline]
pub fn classify(obj: &PyObject, vm: &VirtualMachine) -> Operand {
    let class = obj.class();
    let types = types();
    if class.is(vm.ctx.types.float_type) {
        // SAFETY is not needed: the payload check is part of downcast_ref.
        if let Some(float) = obj.downcast_ref::<PyFloat>() {
            return Operand::WeakFloat(float.to_f64());
        }
    }
    if class.is(types.of(DType::F64))
        && let Some(float) = obj.downcast_ref::<PyFloat>()
    {
        return Operand::Strong(ScalarValue::float(float.to_f64()));
    }
    if let Some(scalar) = obj.downcast_ref::<PyScalar>() {
        return Operand::Strong(scalar.value());
    }
    if let Some(int) = obj.downcast_ref::<PyInt>() {
        if class.is(vm.ctx.types.bool_type) {
            return Operand::Strong(ScalarValue::bool(int.as_bigint().to_i64() == Some(1)));
        }
        return match int.as_bigint().to_i64() {
            Some(i) => Operand::WeakInt(i),
            None => Operand::WeakBig(int.to_owned()),
        };
    }
    if let Some(float) = obj.downcast_ref::<PyFloat>() {
        let value = float.to_f64();
        return if class.fast_issubclass(types.of(DType::F64)) {
            Operand::Strong(ScalarValue::float(value))
        } else {
            Operand::WeakFloat(value)
        };
    }
    if let Some(complex) = obj.downcast_ref::<PyComplex>() {
        let Complex64 { re, im } = complex.as_complex();
        return if class.fast_issubclass(types.of(DType::C128)) {
            let num = Num::Complex(re, im);
            Operand::Strong(ScalarValue {
                dtype: DType::C128,
                num,
            })
        } else {
            Operand::WeakComplex(re, im)
        };
    }
    Operand::Other
}

/// The value of a NumPy scalar object; `None` for anything else, Python numbers included.
pub fn scalar_value(obj: &PyObject, vm: &VirtualMachine) -> Option<ScalarValue> {
    match classify(obj, vm) {
        Operand::Strong(value) if !obj.class().is(vm.ctx.types.bool_type) => Some(value),
        _ => None,
    }
}

/// The scalar object of a value.
#[inline]
pub fn to_object(value: ScalarValue) -> PyObjectRef {
    let types = types();
    match (value.dtype, value.num) {
        (DType::F64, Num::Float(f)) => {
            PyRef::new_ref(PyFloat::from(f), types.of(DType::F64).to_owned(), None).into()
        }
        (DType::C128, Num::Complex(re, im)) => {
            let payload = PyComplex::from(Complex64::new(re, im));
            PyRef::new_ref(payload, types.of(DType::C128).to_owned(), None).into()
        }
        (DType::Bool, num) => types.bool(num.is_true()),
        (dtype, _) => {
            PyRef::new_ref(PyScalar::pack(value), types.of(dtype).to_owned(), None).into()
        }
    }
}

/// As [`to_object`], for a class that derives from the scalar class of the dtype.
pub fn to_object_of(value: ScalarValue, class: PyTypeRef, vm: &VirtualMachine) -> PyObjectRef {
    if class.is(types().of(value.dtype)) {
        return to_object(value);
    }
    match (value.dtype, value.num) {
        (DType::F64, Num::Float(f)) => PyFloat::from(f)._into_ref(class, &vm.ctx).into(),
        (DType::C128, Num::Complex(re, im)) => PyComplex::from(Complex64::new(re, im))
            ._into_ref(class, &vm.ctx)
            .into(),
        _ => PyScalar::pack(value)._into_ref(class, &vm.ctx).into(),
    }
}

/// The plain Python object of a value (`.item()`).
pub fn to_python(value: ScalarValue, vm: &VirtualMachine) -> PyObjectRef {
    match value.num {
        Num::Bool(b) => vm.ctx.new_bool(b).into(),
        Num::Int(i) => vm.ctx.new_int(i).into(),
        Num::UInt(u) => vm.ctx.new_int(u).into(),
        Num::Float(f) => vm.ctx.new_float(f).into(),
        Num::Complex(re, im) => vm.ctx.new_complex(Complex64::new(re, im)).into(),
    }
}
