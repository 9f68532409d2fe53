//! `numpy.dtype` objects: one immortal object per element type, and the reading
//! of everything Python code may write for a dtype.

use crate::scalar::types;
use rustpython_vm::{
    AsObject, Context, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyStr, PyStrRef, PyTuple, PyType, PyTypeRef},
    class::PyClassImpl,
    common::hash::PyHash,
    function::{FuncArgs, PyComparisonValue},
    pyclass,
    types::{Comparable, Constructor, Hashable, PyComparisonOp, Representable},
};
use std::sync::OnceLock;
use taipan_runtime::dtype::{DTYPES, DType};

/// The type of the elements of an array.
#[pyclass(module = "numpy", name = "dtype")]
#[derive(Clone, Copy, Debug, PyPayload)]
pub struct PyDType {
    dtype: DType,
}

static OBJECTS: OnceLock<Vec<PyRef<PyDType>>> = OnceLock::new();

/// Makes the class and its objects; called once when `_numpy` is imported.
pub fn init() {
    OBJECTS.get_or_init(|| {
        let _ = PyDType::make_static_type();
        DTYPES
            .iter()
            .map(|row| {
                let object = PyDType { dtype: row.dtype }.into_ref(Context::genesis());
                object.as_object().make_immortal();
                object
            })
            .collect()
    });
}

/// The `np.dtype` object of an element type.
pub fn dtype_object(dtype: DType) -> PyObjectRef {
    init();
    match OBJECTS.get() {
        Some(objects) => objects[dtype as usize].clone().into(),
        None => PyDType { dtype }.into_ref(Context::genesis()).into(),
    }
}

/// Spellings beside NumPy's names and codes (`float64`, `f8`, `d`).
const WORDS: &[(&str, DType)] = &[
    ("bool_", DType::Bool),
    ("int", DType::I64),
    ("intp", DType::I64),
    ("int_", DType::I64),
    ("long", DType::I64),
    ("longlong", DType::I64),
    ("intc", DType::I32),
    ("short", DType::I16),
    ("byte", DType::I8),
    ("p", DType::I64),
    ("n", DType::I64),
    ("q", DType::I64),
    ("uint", DType::U64),
    ("uintp", DType::U64),
    ("ulong", DType::U64),
    ("ulonglong", DType::U64),
    ("uintc", DType::U32),
    ("ushort", DType::U16),
    ("ubyte", DType::U8),
    ("P", DType::U64),
    ("N", DType::U64),
    ("Q", DType::U64),
    ("float", DType::F64),
    ("double", DType::F64),
    ("longdouble", DType::F64),
    ("g", DType::F64),
    ("single", DType::F32),
    ("half", DType::F16),
    ("complex", DType::C128),
    ("cdouble", DType::C128),
    ("clongdouble", DType::C128),
    ("G", DType::C128),
    ("csingle", DType::C64),
];

/// Kind letters of types this build does not have.
const ABSENT_KINDS: &[(char, &str)] = &[
    ('O', "object"),
    ('S', "bytes"),
    ('a', "bytes"),
    ('U', "str"),
    ('V', "void"),
    ('M', "datetime64"),
    ('m', "timedelta64"),
    ('T', "StringDType"),
];

/// Names of types this build does not have.
const ABSENT_NAMES: &[&str] = &["object", "str", "bytes", "void", "datetime64", "timedelta64"];

fn absent(what: &str, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_not_implemented_error(format!("arrays of dtype '{what}' are not available in this version"))
}

/// The dtype a string names.
///
/// # Errors
/// `TypeError: data type 'x' not understood`; `NotImplementedError` for dtypes
/// that NumPy has and this build has not.
pub fn dtype_from_str(text: &str, vm: &VirtualMachine) -> PyResult<DType> {
    let not_understood = || vm.new_type_error(format!("data type '{text}' not understood"));
    let (order, code) = match text.chars().next() {
        Some(c @ ('<' | '>' | '=' | '|')) => (Some(c), &text[1..]),
        _ => (None, text),
    };
    let found = DTYPES
        .iter()
        .find(|row| row.name == code || code.chars().eq([row.char]))
        .map(|row| row.dtype)
        .or_else(|| WORDS.iter().find(|(word, _)| *word == code).map(|(_, d)| *d))
        .or_else(|| {
            let mut chars = code.chars();
            let kind = chars.next()?;
            let size: usize = chars.as_str().parse().ok()?;
            DType::from_kind_size(kind, size)
        });
    if let Some(dtype) = found {
        if order == Some('>') && dtype.itemsize() > 1 {
            return Err(absent(text, vm));
        }
        return Ok(dtype);
    }
    let kind = code.chars().next();
    let digits = code.len() > 1 && code[1..].chars().all(|c| c.is_ascii_digit());
    let bare = code.chars().count() == 1;
    if ABSENT_NAMES.contains(&code) {
        return Err(absent(code, vm));
    }
    if let Some((_, name)) = ABSENT_KINDS.iter().find(|(k, _)| Some(*k) == kind)
        && (digits || bare || code.contains('[') || code.contains(','))
    {
        return Err(absent(name, vm));
    }
    if code.contains(',') {
        return Err(absent("void", vm));
    }
    Err(not_understood())
}

fn dtype_from_type(class: &Py<PyType>, vm: &VirtualMachine) -> Option<PyResult<DType>> {
    let t = &vm.ctx.types;
    let python = [
        (t.float_type, DType::F64),
        (t.int_type, DType::I64),
        (t.bool_type, DType::Bool),
        (t.complex_type, DType::C128),
    ];
    if let Some((_, dtype)) = python.iter().find(|(p, _)| class.is(*p)) {
        return Some(Ok(*dtype));
    }
    if let Some(dtype) = types().dtype_of(class) {
        return Some(Ok(dtype));
    }
    const FLOATING: &str = "Converting `np.inexact` or `np.floating` to a dtype not allowed";
    const INTEGER: &str = "Converting 'np.integer' or 'np.signedinteger' to a dtype is not allowed";
    for (name, message) in [
        ("number", FLOATING),
        ("inexact", FLOATING),
        ("floating", FLOATING),
        ("integer", INTEGER),
        ("signedinteger", INTEGER),
        ("unsignedinteger", "Converting `np.unsignedinteger` to a dtype is not allowed"),
        ("complexfloating", "Converting `np.complex` to a dtype is not allowed."),
    ] {
        if types().abstract_type(name).is_some_and(|a| class.is(a)) {
            return Some(Err(vm.new_type_error(message)));
        }
    }
    if class.is(types().generic()) {
        return Some(Err(vm.new_type_error("Converting `np.generic` to a dtype is not allowed.")));
    }
    let missing = [
        (t.str_type, "str"),
        (t.bytes_type, "bytes"),
        (t.object_type, "object"),
    ];
    if let Some((_, name)) = missing.iter().find(|(m, _)| class.is(*m)) {
        return Some(Err(absent(name, vm)));
    }
    None
}

/// The dtype that `obj` stands for; `None` means the default, `float64`.
///
/// # Errors
/// `TypeError` if it stands for none.
pub fn dtype_from_object(obj: &PyObject, vm: &VirtualMachine) -> PyResult<DType> {
    if let Some(dtype) = obj.downcast_ref::<PyDType>() {
        return Ok(dtype.dtype);
    }
    if vm.is_none(obj) {
        return Ok(DType::F64);
    }
    if let Some(text) = obj.downcast_ref::<PyStr>() {
        return dtype_from_str(text.to_string().as_str(), vm);
    }
    if let Some(class) = obj.downcast_ref::<PyType>()
        && let Some(found) = dtype_from_type(class, vm)
    {
        return found;
    }
    if obj.downcastable::<rustpython_vm::builtins::PyList>() || obj.downcastable::<PyTuple>() {
        return Err(absent("void", vm));
    }
    if crate::interop::is_array(obj) {
        return Err(vm.new_type_error("Cannot construct a dtype from an array"));
    }
    if let Some(bytes) = obj.downcast_ref::<rustpython_vm::builtins::PyBytes>() {
        return dtype_from_str(&String::from_utf8_lossy(bytes.as_bytes()), vm);
    }
    if let Ok(inner) = obj.get_attr("dtype", vm)
        && let Some(dtype) = inner.downcast_ref::<PyDType>()
    {
        return Ok(dtype.dtype);
    }
    let repr = obj.repr(vm)?;
    Err(vm.new_type_error(format!("Cannot interpret '{repr}' as a data type")))
}

/// `dtype.num` of each type.
fn type_number(dtype: DType) -> i32 {
    match dtype {
        DType::Bool => 0,
        DType::I8 => 1,
        DType::U8 => 2,
        DType::I16 => 3,
        DType::U16 => 4,
        DType::I32 => 5,
        DType::U32 => 6,
        DType::I64 => 7,
        DType::U64 => 8,
        DType::F32 => 11,
        DType::F64 => 12,
        DType::C64 => 14,
        DType::C128 => 15,
        DType::F16 => 23,
    }
}

impl PyDType {
    /// The element type this object stands for.
    pub fn element(&self) -> DType {
        self.dtype
    }
}

impl Constructor for PyDType {
    type Args = FuncArgs;

    fn slot_new(_cls: PyTypeRef, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let Some(spec) = args.take_positional().or_else(|| args.take_keyword("dtype")) else {
            return Err(vm.new_type_error("function missing required argument 'dtype' (pos 1)"));
        };
        Ok(dtype_object(dtype_from_object(&spec, vm)?))
    }

    fn py_new(_cls: &Py<PyType>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Err(vm.new_type_error("dtype objects are made by numpy.dtype()"))
    }
}

impl Representable for PyDType {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("dtype('{}')", zelf.dtype.name()))
    }
}

impl Hashable for PyDType {
    fn hash(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<PyHash> {
        Ok(PyHash::from(0x5bd1_e995 + zelf.dtype as i64))
    }
}

impl Comparable for PyDType {
    fn cmp(
        zelf: &Py<Self>,
        other: &PyObject,
        op: PyComparisonOp,
        vm: &VirtualMachine,
    ) -> PyResult<PyComparisonValue> {
        use taipan_runtime::dtype::{Casting, can_cast};
        let other = match dtype_from_object(other, vm) {
            Ok(other) => other,
            Err(_) => {
                return Ok(match op {
                    PyComparisonOp::Eq => PyComparisonValue::Implemented(false),
                    PyComparisonOp::Ne => PyComparisonValue::Implemented(true),
                    _ => PyComparisonValue::NotImplemented,
                });
            }
        };
        let (a, b) = (zelf.dtype, other);
        let answer = match op {
            PyComparisonOp::Eq => a == b,
            PyComparisonOp::Ne => a != b,
            PyComparisonOp::Le => can_cast(a, b, Casting::Safe),
            PyComparisonOp::Lt => a != b && can_cast(a, b, Casting::Safe),
            PyComparisonOp::Ge => can_cast(b, a, Casting::Safe),
            PyComparisonOp::Gt => a != b && can_cast(b, a, Casting::Safe),
        };
        Ok(PyComparisonValue::Implemented(answer))
    }
}

#[pyclass(with(Constructor, Representable, Hashable, Comparable))]
impl PyDType {
    #[pyslot]
    fn slot_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyStrRef> {
        let dtype = zelf
            .downcast_ref::<Self>()
            .ok_or_else(|| vm.new_type_error("expected a dtype"))?;
        Ok(vm.ctx.new_str(dtype.dtype.name()))
    }

    #[pygetset]
    fn name(zelf: &Py<Self>) -> &'static str {
        zelf.dtype.name()
    }

    #[pygetset]
    fn kind(zelf: &Py<Self>) -> String {
        zelf.dtype.kind_char().to_string()
    }

    #[pygetset(name = "char")]
    fn char_code(zelf: &Py<Self>) -> String {
        zelf.dtype.char().to_string()
    }

    #[pygetset(name = "str")]
    fn type_string(zelf: &Py<Self>) -> String {
        zelf.dtype.typestr()
    }

    #[pygetset]
    fn itemsize(zelf: &Py<Self>) -> usize {
        zelf.dtype.itemsize()
    }

    #[pygetset]
    fn alignment(zelf: &Py<Self>) -> usize {
        zelf.dtype.real_part().itemsize()
    }

    #[pygetset]
    fn num(zelf: &Py<Self>) -> i32 {
        type_number(zelf.dtype)
    }

    #[pygetset(name = "type")]
    fn scalar_type(zelf: &Py<Self>) -> PyTypeRef {
        types().of(zelf.dtype).to_owned()
    }

    #[pygetset]
    fn byteorder(zelf: &Py<Self>) -> &'static str {
        if zelf.dtype.itemsize() == 1 { "|" } else { "=" }
    }

    #[pygetset]
    fn isnative(_zelf: &Py<Self>) -> bool {
        true
    }

    #[pygetset]
    fn hasobject(_zelf: &Py<Self>) -> bool {
        false
    }

    #[pygetset]
    fn isalignedstruct(_zelf: &Py<Self>) -> bool {
        false
    }

    #[pygetset]
    fn isbuiltin(_zelf: &Py<Self>) -> i32 {
        1
    }

    #[pygetset]
    fn flags(_zelf: &Py<Self>) -> i32 {
        0
    }

    #[pygetset]
    fn ndim(_zelf: &Py<Self>) -> i32 {
        0
    }

    #[pygetset]
    fn shape(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.empty_tuple.clone().into()
    }

    #[pygetset]
    fn base(zelf: &Py<Self>) -> PyObjectRef {
        dtype_object(zelf.dtype)
    }

    #[pygetset]
    fn names(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.none()
    }

    #[pygetset]
    fn fields(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.none()
    }

    #[pygetset]
    fn subdtype(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.none()
    }

    #[pygetset]
    fn metadata(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.none()
    }

    #[pygetset]
    fn descr(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let pair = vec![
            vm.ctx.new_str("").into(),
            vm.ctx.new_str(zelf.dtype.typestr()).into(),
        ];
        vm.ctx.new_list(vec![vm.ctx.new_tuple(pair).into()]).into()
    }

    #[pymethod]
    fn newbyteorder(zelf: &Py<Self>, order: rustpython_vm::function::OptionalArg<PyStrRef>, vm: &VirtualMachine) -> PyResult {
        let order = order.as_ref().map_or_else(|| String::from("S"), |o| o.to_string());
        let keeps = matches!(order.as_str(), "=" | "N" | "n" | "<" | "L" | "l" | "|" | "I" | "i");
        if keeps || zelf.dtype.itemsize() == 1 {
            return Ok(dtype_object(zelf.dtype));
        }
        Err(absent(">", vm))
    }

    #[pymethod]
    fn __reduce__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let class: PyObjectRef = Self::class(&vm.ctx).to_owned().into();
        let args = vm.ctx.new_tuple(vec![vm.ctx.new_str(zelf.dtype.typestr()).into()]);
        vm.ctx.new_tuple(vec![class, args.into()]).into()
    }
}
