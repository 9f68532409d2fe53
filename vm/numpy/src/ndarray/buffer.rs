//! Arrays as exporters of the buffer protocol (`memoryview`, `bytes`, `struct`).
//!
//! # Unsafe contract
//! The exported slice covers the byte range of the array's elements; the buffer
//! object holds a reference to the array object, which keeps the block alive and
//! in place. Bytes are shared and unsynchronised, as in `taipan_runtime::buffer`.

use crate::interop::PyNdArray;
use rustpython_vm::{
    AsObject, Py, PyResult, VirtualMachine,
    common::borrow::{BorrowedValue, BorrowedValueMut},
    protocol::{BufferDescriptor, BufferMethods, PyBuffer},
};
use std::borrow::Cow;
use taipan_runtime::{Array, DType};

/// `struct` format of an element type, as NumPy exports it.
fn format_of(dtype: DType) -> &'static str {
    match dtype {
        DType::Bool => "?",
        DType::I8 => "b",
        DType::I16 => "h",
        DType::I32 => "i",
        DType::I64 => "l",
        DType::U8 => "B",
        DType::U16 => "H",
        DType::U32 => "I",
        DType::U64 => "L",
        DType::F16 => "e",
        DType::F32 => "f",
        DType::F64 => "d",
        DType::C64 => "Zf",
        DType::C128 => "Zd",
    }
}

fn array_of(buffer: &PyBuffer) -> &Array {
    buffer.obj_as::<PyNdArray>().array()
}

static METHODS: BufferMethods = BufferMethods {
    obj_bytes: |buffer| {
        let (start, end) = array_of(buffer).byte_range();
        // SAFETY: see the file head.
        let bytes = unsafe { std::slice::from_raw_parts(start as *const u8, end - start) };
        BorrowedValue::Ref(bytes)
    },
    obj_bytes_mut: |buffer| {
        let (start, end) = array_of(buffer).byte_range();
        // SAFETY: see the file head.
        let bytes = unsafe { std::slice::from_raw_parts_mut(start as *mut u8, end - start) };
        BorrowedValueMut::RefMut(bytes)
    },
    release: |_| {},
    retain: |_| {},
};

/// The buffer of an array object.
pub fn export(zelf: &Py<PyNdArray>, _vm: &VirtualMachine) -> PyResult<PyBuffer> {
    let array = zelf.array();
    let (start, _) = array.byte_range();
    let dims = array.shape().iter().zip(array.strides());
    let desc = BufferDescriptor {
        len: array.nbytes(),
        offset: array.data() as isize - start as isize,
        readonly: !array.is_writeable(),
        itemsize: array.itemsize(),
        format: Cow::Borrowed(format_of(array.dtype())),
        dim_desc: dims.map(|(&n, &s)| (n, s, 0)).collect(),
    };
    Ok(PyBuffer::new(zelf.as_object().to_owned(), desc, &METHODS))
}
