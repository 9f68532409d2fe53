//! What happens when a computation raises a floating-point condition:
//! the per-thread state behind `np.seterr`, `np.geterr` and `np.errstate`.

use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyDictRef};
use std::cell::{Cell, RefCell};

/// Bits of the floating-point conditions (the runtime's `FpFlags` layout).
pub mod flags {
    /// Division by zero.
    pub const DIVIDE: u8 = 1;
    /// Result too large.
    pub const OVERFLOW: u8 = 2;
    /// Result too small.
    pub const UNDERFLOW: u8 = 4;
    /// Invalid operation.
    pub const INVALID: u8 = 8;
}

/// Reaction to one condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    Ignore,
    /// `RuntimeWarning`.
    Warn,
    /// `FloatingPointError`.
    Raise,
    /// Call the function set with `np.seterrcall`.
    Call,
    /// A line on standard output.
    Print,
    /// `write` of the object set with `np.seterrcall`.
    Log,
}

/// Spelling of each action, the one table both directions read.
const ACTIONS: &[(&str, Action)] = &[
    ("ignore", Action::Ignore),
    ("warn", Action::Warn),
    ("raise", Action::Raise),
    ("call", Action::Call),
    ("print", Action::Print),
    ("log", Action::Log),
];

/// `(key of np.geterr, bit, words of the message)` in the order NumPy reports.
const CONDITIONS: &[(&str, u8, &str)] = &[
    ("divide", flags::DIVIDE, "divide by zero"),
    ("over", flags::OVERFLOW, "overflow"),
    ("under", flags::UNDERFLOW, "underflow"),
    ("invalid", flags::INVALID, "invalid value"),
];

const DEFAULT: [Action; 4] = [Action::Warn, Action::Warn, Action::Ignore, Action::Warn];

thread_local! {
    static STATE: Cell<[Action; 4]> = const { Cell::new(DEFAULT) };
    static CALLBACK: RefCell<Option<PyObjectRef>> = const { RefCell::new(None) };
}

/// Reports the conditions in `raised` that occurred in `what` (for example
/// `"add"` or `"scalar divide"`).
#[inline]
pub fn report(raised: u8, what: &str, vm: &VirtualMachine) -> PyResult<()> {
    if raised == 0 {
        return Ok(());
    }
    report_slow(raised, what, vm)
}

#[cold]
fn report_slow(raised: u8, what: &str, vm: &VirtualMachine) -> PyResult<()> {
    let state = STATE.get();
    for (&(_, bit, words), action) in CONDITIONS.iter().zip(state) {
        if raised & bit == 0 {
            continue;
        }
        let message = || format!("{words} encountered in {what}");
        match action {
            Action::Ignore => {}
            Action::Warn => {
                let category = vm.ctx.exceptions.runtime_warning;
                rustpython_vm::stdlib::_warnings::warn(category, message(), 1, vm)?;
            }
            Action::Raise => {
                let class = vm.ctx.exceptions.floating_point_error.to_owned();
                return Err(vm.new_exception_msg(class, message().into()));
            }
            Action::Print => {
                let line = format!("Warning: {}\n", message());
                let stdout = vm.sys_module.get_attr("stdout", vm)?;
                vm.call_method(&stdout, "write", (line,))?;
            }
            Action::Call => {
                let Some(callback) = callback() else {
                    let text = format!(
                        "python callback specified for {words} (in {what}) but no function found."
                    );
                    return Err(vm.new_name_error(text, vm.ctx.new_str("errcall")));
                };
                callback.call((words.to_owned(), i32::from(bit)), vm)?;
            }
            Action::Log => {
                if let Some(target) = callback() {
                    let line = format!("Warning: {}\n", message());
                    vm.call_method(&target, "write", (line,))?;
                }
            }
        }
    }
    Ok(())
}

/// Whether underflow goes unnoticed on this thread.
pub fn ignores_underflow() -> bool {
    const UNDERFLOW: usize = 2;
    debug_assert_eq!(CONDITIONS[UNDERFLOW].1, flags::UNDERFLOW);
    STATE.get()[UNDERFLOW] == Action::Ignore
}

fn callback() -> Option<PyObjectRef> {
    CALLBACK.with_borrow(Clone::clone)
}

/// The dictionary of `np.geterr()`.
pub fn to_dict(vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let dict = vm.ctx.new_dict();
    for (&(key, ..), action) in CONDITIONS.iter().zip(STATE.get()) {
        let name = ACTIONS.iter().find(|(_, a)| *a == action).map_or("", |(n, _)| n);
        dict.set_item(key, vm.ctx.new_str(name).into(), vm)?;
    }
    Ok(dict)
}

/// Changes the actions named by `settings` (`(key or "all", action name)`).
pub fn update(settings: &[(&str, &str)], vm: &VirtualMachine) -> PyResult<()> {
    let mut state = STATE.get();
    for &(key, name) in settings {
        let Some(&(_, action)) = ACTIONS.iter().find(|(n, _)| *n == name) else {
            return Err(vm.new_value_error(format!("invalid error mode '{name}'")));
        };
        for (&(condition, ..), slot) in CONDITIONS.iter().zip(&mut state) {
            if key == "all" || key == condition {
                *slot = action;
            }
        }
    }
    STATE.set(state);
    Ok(())
}

/// Replaces the callback of `np.seterrcall` and returns the old one.
pub fn swap_callback(new: Option<PyObjectRef>) -> Option<PyObjectRef> {
    CALLBACK.with_borrow_mut(|slot| std::mem::replace(slot, new))
}

/// The callback of `np.geterrcall`.
pub fn current_callback() -> Option<PyObjectRef> {
    callback()
}

/// Whether `obj` may serve as callback: callable or with a `write` method.
pub fn is_callback(obj: &PyObjectRef, vm: &VirtualMachine) -> bool {
    obj.is_callable() || obj.as_object().get_attr("write", vm).is_ok()
}
