//! Reading and writing the interpreter's running frame.
//!
//! The one module that knows how `rustpython-vm` 0.6.0 lays out a frame. What
//! it relies on is found or checked by `probe` before the first use, and again
//! at entries (`FrameView::agrees`); if anything differs, nothing is entered.
//!
//! # Contract
//! * A [`FrameView`] is made on the thread that runs the frame, inside a
//!   callback that an instruction of that very frame made, and is dropped
//!   before the callback returns: the interpreter does not touch the frame
//!   meanwhile, and reads instruction pointer, locals and stack afresh after it.
//! * Local slots are `Option<PyObjectRef>`; stack slots are a null word, an
//!   owned object, or a borrowed object marked in bit 0.
//! * Objects taken out of slots are given back to the caller, who drops them
//!   when the frame is consistent again: a finalizer may look at the frame.

use std::mem::size_of;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustpython_vm::{
    Py, PyObject, PyObjectRef,
    builtins::{PyCode, PyDict},
    frame::{self, FrameLocals, FrameObject, InterpreterFrame, LocalsPlus},
    object::{SIZEOF_PYOBJECT_HEAD, Traverse},
};

/// Byte offset of the locals and stack header in the frame: the frame is
/// `repr(C)` and begins with four pointers.
const HEADER: usize = 4 * size_of::<usize>();

/// Where private fields are; see `probe`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Byte offset in the frame of the number of local slots (`u32`).
    pub slot_count: usize,
    /// Byte offset in the frame of the depth of the value stack (`u32`).
    pub depth: usize,
    /// Word offsets in a range iterator: index, start, step, length.
    pub range: [usize; 4],
}

/// The parts of a range iterator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RangeParts {
    /// Number of items already given.
    pub index: u64,
    pub start: i64,
    pub step: i64,
    /// Number of items in all.
    pub length: u64,
}

/// A running frame of the current thread.
pub struct FrameView {
    frame: *const InterpreterFrame,
    slots: *mut usize,
    slot_count: usize,
    layout: Layout,
}

impl FrameView {
    /// The frame whose instruction called us, if there is one.
    ///
    /// # Safety
    /// See the contract at the head of this file; `layout` was probed.
    pub unsafe fn current(layout: Layout) -> Option<Self> {
        let frame = frame::current_thread_iframe();
        if frame.is_null() {
            return None;
        }
        // SAFETY: the frame runs on this thread, so it is alive and stays so.
        let slot_count = unsafe { &*frame }.code().localspluskinds.len();
        let slots = match frame::current_thread_frame() {
            // Generators and traced frames keep their slots in the frame object.
            Some(object) if std::ptr::eq(object.iframe(), frame) => {
                // SAFETY: only the address is taken.
                unsafe { object.fastlocals() }.as_ptr() as *mut usize
            }
            // Others have them behind the frame, in one block.
            // SAFETY: stays inside that block.
            _ => unsafe { frame.add(1) as *mut usize },
        };
        Some(Self { frame, slots, slot_count, layout })
    }

    fn frame(&self) -> &InterpreterFrame {
        // SAFETY: alive for the life of the view (contract).
        unsafe { &*self.frame }
    }

    /// The code it runs.
    pub fn code(&self) -> &Py<PyCode> {
        self.frame().code()
    }

    /// Its globals.
    pub fn globals(&self) -> &Py<PyDict> {
        self.frame().globals()
    }

    /// Its builtins: usually a dict.
    pub fn builtins(&self) -> &PyObject {
        self.frame().builtins()
    }

    /// Its `locals` mapping (module and class bodies).
    pub fn locals(&self) -> &FrameLocals {
        &self.frame().locals
    }

    /// Offset of the instruction to execute next.
    pub fn instruction(&self) -> u32 {
        self.frame().get_lasti()
    }

    /// Makes the interpreter go on at this instruction.
    pub fn set_instruction(&self, offset: u32) {
        self.frame().lasti.store(offset, Ordering::Relaxed);
    }

    fn word(&self, offset: usize) -> *mut u32 {
        // SAFETY: the probe found `offset` inside the frame.
        unsafe { (self.frame as *mut u8).add(offset) as *mut u32 }
    }

    /// Depth of the value stack.
    pub fn depth(&self) -> u32 {
        // SAFETY: a live field of the frame (probe).
        unsafe { *self.word(self.layout.depth) }
    }

    /// Checks slots, depth and their number against what the interpreter's own
    /// garbage collection sees. False: nothing here can be trusted.
    pub fn agrees(&self, depth: u32) -> bool {
        // SAFETY: live fields of the frame (probe).
        let (count, real_depth) =
            unsafe { (*self.word(self.layout.slot_count), *self.word(self.layout.depth)) };
        if count as usize != self.slot_count || real_depth != depth {
            return false;
        }
        // SAFETY: `repr(C)`: the header follows the four pointers.
        let header = unsafe { &*((self.frame as *const u8).add(HEADER) as *const LocalsPlus) };
        let mut seen = Vec::new();
        header.traverse(&mut |object: &PyObject| seen.push(object as *const PyObject as usize));
        let mut mine = Vec::new();
        for n in 0..self.slot_count + depth as usize {
            let word = self.raw(n);
            if word != 0 && word & 1 == 0 {
                mine.push(word);
            }
        }
        mine == seen
    }

    fn raw(&self, n: usize) -> usize {
        debug_assert!(n < self.slot_count + self.depth() as usize);
        // SAFETY: inside the frame's block: callers stay below the depth.
        unsafe { *self.slots.add(n) }
    }

    /// Object in local slot `n`; `None` if unbound.
    pub fn local(&self, n: u32) -> Option<&PyObject> {
        let n = n as usize;
        assert!(n < self.slot_count, "no such local slot");
        // SAFETY: a slot is null or an owned object.
        unsafe { (self.raw(n) as *const PyObject).as_ref() }
    }

    /// Replaces local slot `n` and gives what was there.
    pub fn replace_local(&self, n: u32, value: Option<PyObjectRef>) -> Option<PyObjectRef> {
        let n = n as usize;
        assert!(n < self.slot_count, "no such local slot");
        // SAFETY: the slot has this type (contract).
        unsafe { std::mem::replace(&mut *(self.slots.add(n) as *mut Option<PyObjectRef>), value) }
    }

    /// Object at position `n` of the value stack, if it is an owned one.
    pub fn stack(&self, n: u32) -> Option<&PyObject> {
        if n >= self.depth() {
            return None;
        }
        let word = self.raw(self.slot_count + n as usize);
        if word & 1 != 0 {
            return None;
        }
        // SAFETY: null or an owned object.
        unsafe { (word as *const PyObject).as_ref() }
    }

    /// Takes the topmost value off the stack. `None` for NULL; borrowed
    /// objects come with a reference of their own.
    pub fn pop(&self) -> Option<PyObjectRef> {
        let depth = self.depth();
        assert!(depth > 0, "empty value stack");
        let word = self.raw(self.slot_count + depth as usize - 1);
        // SAFETY: live field; the slot above the new depth is dead.
        unsafe { *self.word(self.layout.depth) = depth - 1 };
        if word & 1 != 0 {
            // SAFETY: a borrowed, live object.
            return unsafe { ((word & !1) as *const PyObject).as_ref() }.map(PyObject::to_owned);
        }
        let object = std::ptr::NonNull::new(word as *mut PyObject)?;
        // SAFETY: the slot owned it and is dead now.
        Some(unsafe { PyObjectRef::from_raw(object) })
    }

    /// Pushes an object, or NULL.
    ///
    /// # Panics
    /// If the code's maximal depth would be exceeded.
    pub fn push(&self, value: Option<PyObjectRef>) {
        let depth = self.depth();
        assert!(depth < self.code().max_stackdepth, "value stack is full");
        let word = value.map_or(0, |object| object.into_raw().as_ptr() as usize);
        // SAFETY: below the maximal depth, so inside the frame's block.
        unsafe {
            *self.slots.add(self.slot_count + depth as usize) = word;
            *self.word(self.layout.depth) = depth + 1;
        }
    }
}

/// All `u32` fields of a frame's header: (byte offset in the frame, value).
/// For `probe` only.
///
/// # Safety
/// `object` is not running on another thread.
pub unsafe fn header_words(object: &FrameObject) -> Vec<(usize, u32)> {
    let frame = object.iframe() as *const InterpreterFrame as *const u8;
    (HEADER..HEADER + size_of::<LocalsPlus>())
        .step_by(size_of::<u32>())
        // SAFETY: inside the header; every byte pattern is a u32.
        .map(|offset| (offset, unsafe { *(frame.add(offset) as *const u32) }))
        .collect()
}

/// The payload words of a range iterator: (word offset, value). For `probe` only.
///
/// # Safety
/// `iterator` is an exact range iterator.
pub unsafe fn range_words(iterator: &PyObject) -> Vec<(usize, u64)> {
    const PARTS: usize = 4;
    let head = SIZEOF_PYOBJECT_HEAD / size_of::<usize>();
    let words = iterator as *const PyObject as *const u64;
    // SAFETY: the type holds four words behind the head.
    (head..head + PARTS).map(|n| (n, unsafe { *words.add(n) })).collect()
}

/// The parts of a range iterator.
///
/// # Safety
/// `iterator` is an exact range iterator; `layout` was probed.
pub unsafe fn read_range(iterator: &PyObject, layout: &Layout) -> RangeParts {
    let words = iterator as *const PyObject as *const AtomicUsize;
    // SAFETY: the probe found these words in the object.
    let word = |n: usize| unsafe { (*words.add(layout.range[n])).load(Ordering::Relaxed) };
    RangeParts {
        index: word(0) as u64,
        start: word(1) as i64,
        step: word(2) as i64,
        length: word(3) as u64,
    }
}

/// Sets how many items a range iterator has given.
///
/// # Safety
/// As [`read_range`].
pub unsafe fn set_range_index(iterator: &PyObject, index: u64, layout: &Layout) {
    let words = iterator as *const PyObject as *const AtomicUsize;
    // SAFETY: the probe found this word; the interpreter uses it atomically.
    unsafe { (*words.add(layout.range[0])).store(index as usize, Ordering::Relaxed) };
}
