//! Results: slots that compiled code filled, as Python objects.
//!
//! # Unsafe contract
//! `box_result` runs once on the result slots of a call that returned
//! `STATUS_OK`; it takes over the buffer references in them.

use rustpython_vm::common::wtf8::{CodePoint, Wtf8Buf};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};
use smallvec::SmallVec;
use taipan_jit::abi::{ArrayParts, flatten};
use taipan_jit::hir::{
    types::{ArrayType, DType, Type},
    value::Global,
};
use taipan_numpy::interop::{PyNdArray, as_array};
use taipan_numpy::{Num, ScalarValue};
use taipan_runtime::array::Array;
use taipan_jit::lir::Ty;
use taipan_runtime::buffer::{Buffer, BufferRef, taipan_buffer_retain};
use taipan_runtime::{list, text};

/// Can a function return a value of this type to the interpreter?
pub fn can_box(t: &Type) -> bool {
    match t {
        Type::ReflectedList(item) => **item == Type::Unknown || can_box(item),
        Type::Scalar(_) | Type::None | Type::Str | Type::Array(_) | Type::Slice { .. } | Type::Ellipsis => true,
        Type::Tuple(ts) => ts.iter().all(can_box),
        Type::Optional(t) => can_box(t),
        Type::Global(g) => matches!(**g, Global::DType(_) | Global::NumbaType(_)),
        // A function that never returns normally.
        Type::Unknown => true,
        _ => false,
    }
}

/// Reads the number of dtype `d` from slots; gives how many it used.
pub fn read_number(d: DType, slots: &[u64]) -> (ScalarValue, usize) {
    let mut bytes = [0u8; 16];
    let used = if d.is_complex() {
        let half = d.itemsize() / 2;
        bytes[..half].copy_from_slice(&slots[0].to_le_bytes()[..half]);
        bytes[half..2 * half].copy_from_slice(&slots[1].to_le_bytes()[..half]);
        2
    } else {
        bytes[..8].copy_from_slice(&slots[0].to_le_bytes());
        1
    };
    (ScalarValue::from_bytes(d, &bytes), used)
}

/// A number as the Python object Numba gives: `int`, `float`, `bool`, `complex`.
pub fn number_object(v: ScalarValue, vm: &VirtualMachine) -> PyObjectRef {
    match v.num {
        Num::Bool(b) => vm.ctx.new_bool(b).into(),
        Num::Int(i) => vm.ctx.new_int(i).into(),
        Num::UInt(u) => vm.ctx.new_int(u).into(),
        Num::Float(f) => vm.ctx.new_float(f).into(),
        Num::Complex(re, im) => vm.ctx.new_complex(num_complex::Complex64::new(re, im)).into(),
    }
}

/// Boxes the result of a call.
///
/// `args` are the objects of the call: an array that the function returns
/// unchanged is given back as the same object.
///
/// # Safety
/// See the file head; `slots` is the flattened form of `t`.
pub unsafe fn box_result(
    t: &Type,
    slots: &[u64],
    args: &[PyObjectRef],
    vm: &VirtualMachine,
) -> PyResult {
    match t {
        Type::Scalar(DType::I64) => Ok(vm.ctx.new_int(slots[0] as i64).into()),
        Type::Scalar(DType::F64) => Ok(vm.ctx.new_float(f64::from_bits(slots[0])).into()),
        // SAFETY: passed on.
        _ => unsafe { box_value(t, slots, args, vm) }.map(|(object, _)| object),
    }
}

/// The object of a value whose buffers stay the caller's.
///
/// # Safety
/// `slots` is the flattened form of `t`; its buffers are alive.
pub unsafe fn box_borrowed(t: &Type, slots: &[u64], vm: &VirtualMachine) -> PyResult {
    for (slot, ty) in slots.iter().zip(flatten(t)) {
        if ty == Ty::Ref {
            // SAFETY: the contract; boxing takes over this reference.
            unsafe { taipan_buffer_retain(*slot as *mut Buffer) };
        }
    }
    // SAFETY: each reference has been counted for it.
    unsafe { box_value(t, slots, &[], vm) }.map(|(object, _)| object)
}

/// # Safety
/// As `box_result`.
unsafe fn box_value(
    t: &Type,
    slots: &[u64],
    args: &[PyObjectRef],
    vm: &VirtualMachine,
) -> PyResult<(PyObjectRef, usize)> {
    Ok(match t {
        Type::Scalar(d) => {
            let (v, used) = read_number(*d, slots);
            (number_object(v, vm), used)
        }
        Type::Tuple(ts) => {
            let mut items = Vec::with_capacity(ts.len());
            let mut at = 0;
            let mut failed = None;
            for t in ts.iter() {
                // Every item is taken over even if one fails, so that none leaks.
                // SAFETY: the tuple's slots are its items' slots in order.
                match unsafe { box_value(t, &slots[at..], args, vm) } {
                    Ok((object, used)) => {
                        items.push(object);
                        at += used;
                    }
                    Err(e) => {
                        failed = Some(e);
                        at += flatten(t).len();
                    }
                }
            }
            if let Some(e) = failed {
                return Err(e);
            }
            (vm.ctx.new_tuple(items).into(), at)
        }
        Type::Array(a) => {
            // SAFETY: the slots are this array's.
            let array = unsafe { take_array(*a, slots) };
            let used = ArrayParts { ndim: usize::from(a.ndim) }.len();
            match array {
                Some(array) => (array_object(array, args, vm), used),
                None => return Err(vm.new_system_error("compiled code returned an array without memory")),
            }
        }
        Type::ReflectedList(item) => {
            let list = slots[0] as *mut Buffer;
            // SAFETY: compiled code hands over one reference, given up at the
            // end of this arm.
            let _owner = unsafe { BufferRef::from_raw(list) };
            // SAFETY: a live list with items of this type.
            let items = unsafe { list_items(item, list, vm) }?;
            (vm.ctx.new_list(items).into(), 1)
        }
        Type::Str => {
            // SAFETY: compiled code hands over one reference, which keeps the
            // code points alive until the end of this arm.
            let _owner = unsafe { BufferRef::from_raw(slots[0] as *mut Buffer) };
            // SAFETY: as above.
            let points = unsafe { text::points(slots[1] as *const u32, slots[2] as i64) };
            (text_object(&points, vm), 3)
        }
        Type::Optional(inner) => {
            let used = 1 + flatten(inner).len();
            if slots[0] & 1 == 0 {
                (vm.ctx.none(), used)
            } else {
                // SAFETY: the value's slots follow the flag.
                (unsafe { box_value(inner, &slots[1..], args, vm) }?.0, used)
            }
        }
        Type::Slice { start, stop, step } => {
            let mut at = 0;
            let mut member = |present: bool| {
                if !present {
                    return vm.ctx.none();
                }
                at += 1;
                vm.ctx.new_int(slots[at - 1] as i64).into()
            };
            let (start, stop, step) = (member(*start), member(*stop), member(*step));
            let slice = rustpython_vm::builtins::PySlice { start: Some(start), stop, step: Some(step) };
            (vm.new_pyobj(slice), at)
        }
        Type::Ellipsis => (vm.ctx.ellipsis.clone().into(), 0),
        Type::Global(g) => match &**g {
            Global::DType(d) => (vm.import("numpy", 0)?.get_attr(d.name(), vm)?, 0),
            Global::NumbaType(t) => (crate::types::object_of(t), 0),
            _ => return Err(vm.new_type_error(format!("cannot convert native {t} to Python object"))),
        },
        _ => (vm.ctx.none(), 0),
    })
}

/// The items of a list as Python objects.
///
/// # Safety
/// `list` is a live list of compiled code with items of type `item`.
pub unsafe fn list_items(item: &Type, list: *mut Buffer, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    // SAFETY: the contract; the references in the words are ours.
    let (words, length) = unsafe { list::counted_words(list) };
    let width = flatten(item).len();
    let mut objects = Vec::with_capacity(length);
    let mut failed = None;
    for n in 0..length {
        // SAFETY: each item's words are its slots. All are taken over even if
        // one fails, so that none leaks.
        match unsafe { box_value(item, &words[n * width..(n + 1) * width], &[], vm) } {
            Ok((object, _)) => objects.push(object),
            Err(e) => failed = Some(e),
        }
    }
    failed.map_or(Ok(objects), Err)
}

/// A `str` of these code points.
fn text_object(points: &[u32], vm: &VirtualMachine) -> PyObjectRef {
    let text: Wtf8Buf = points.iter().filter_map(|c| CodePoint::from_u32(*c)).collect();
    vm.ctx.new_str(text).into()
}

/// # Safety
/// The slots are those of an array of type `t` whose reference is handed over.
unsafe fn take_array(t: ArrayType, slots: &[u64]) -> Option<Array> {
    let ndim = usize::from(t.ndim);
    let parts = ArrayParts { ndim };
    // SAFETY: compiled code hands over one reference.
    let buffer = unsafe { BufferRef::from_raw(slots[ArrayParts::OWNER] as *mut Buffer) }?;
    let shape: SmallVec<_> = (0..ndim).map(|i| slots[parts.shape(i)] as usize).collect();
    let strides: SmallVec<_> = (0..ndim).map(|i| slots[parts.stride(i)] as isize).collect();
    let data = slots[ArrayParts::DATA] as *mut u8;
    // SAFETY: compiled code keeps the array invariant for its own arrays.
    Some(unsafe { Array::from_raw_parts(buffer, data, t.dtype, shape, strides, !t.readonly) })
}

/// The argument object that is this very array, else a new one.
fn array_object(array: Array, args: &[PyObjectRef], vm: &VirtualMachine) -> PyObjectRef {
    for arg in args {
        if let Some(a) = as_array(arg)
            && a.data() == array.data()
            && a.buffer().same(array.buffer())
            && a.dtype() == array.dtype()
            && a.shape() == array.shape()
            && a.strides() == array.strides()
        {
            return arg.clone();
        }
    }
    PyNdArray::from_array(array, vm).into()
}
