//! One way to call a compiled function: which Python values it takes, how they
//! become slots, which code runs, how the result comes back.
//!
//! # Unsafe contract
//! [`Entry::invoke`] calls machine code. The slots are those of the argument
//! types the code was compiled for, built by `argument`; the objects they
//! point into are alive in `args` and `Entry::kept`.

use crate::argument::{Accept, Slots};
use crate::{interrupt, print, raise, result};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};
use smallvec::SmallVec;
use std::sync::Arc;
use taipan_jit::specialisation::Specialisation;
use taipan_runtime::trap::{Ctx, STATUS_OK};

/// See the file head.
#[derive(Debug)]
pub struct Entry {
    /// What each given argument must be.
    pub accepts: Vec<Accept>,
    /// Slots of the parameters left to their defaults.
    pub tail: Slots,
    /// The default objects the tail's slots point into.
    #[expect(dead_code, reason = "held so that the tail's pointers stay valid")]
    pub kept: Vec<PyObjectRef>,
    /// Compiled code; `None` = this function runs in object mode for these types.
    pub code: Option<Arc<Specialisation>>,
}

impl Entry {
    /// Fills the slots; false when the arguments are not of this entry's types.
    #[inline]
    pub fn accept(&self, args: &[PyObjectRef], slots: &mut Slots, vm: &VirtualMachine) -> bool {
        if args.len() != self.accepts.len() {
            return false;
        }
        slots.clear();
        self.accepts.iter().zip(args).all(|(accept, arg)| accept.unbox(arg, slots, vm))
    }

    /// Runs the code on slots that [`Entry::accept`] filled from `args`.
    pub fn invoke(
        &self,
        code: &Specialisation,
        slots: &mut Slots,
        args: &[PyObjectRef],
        vm: &VirtualMachine,
    ) -> PyResult {
        slots.append(&self.tail);
        let mut results: SmallVec<[u64; 24]> = smallvec::smallvec![0; code.results.len()];
        let Some(native) = code.entry.uniform() else {
            return Err(vm.new_system_error("compiled function without code"));
        };
        if slots.len() != code.params.len() {
            return Err(vm.new_system_error("compiled function called with the wrong number of slots"));
        }
        interrupt::enter(vm)?;
        let ctx = Ctx::current();
        // SAFETY: file head; `ctx` is this thread's context, the result buffer
        // has one slot for each result.
        let status = unsafe { native(ctx, slots.as_ptr(), results.as_mut_ptr()) };
        if status == STATUS_OK {
            // SAFETY: the call succeeded and its results are read once.
            let result = unsafe { result::box_result(&code.return_type, &results, args, vm) };
            slots.reflect(vm)?;
            print::flush(vm)?;
            return result;
        }
        slots.reflect(vm)?;
        print::flush(vm)?;
        // SAFETY: this thread's own context, no compiled code is running on it.
        let (trap, trace) = unsafe { ((*ctx).trap, std::mem::take(&mut (*ctx).trace)) };
        Err(raise::exception(&trap, &trace, vm))
    }
}
