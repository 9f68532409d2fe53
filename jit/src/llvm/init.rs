//! The one door into LLVM.
//!
//! LLVM's hundreds of static constructors cost every start of the process
//! milliseconds, used or not. `vm/llvm-constructors.ld` moves their
//! `.init_array` entries into a section of their own, between two symbols;
//! [`init`] runs them, once, before anything else of LLVM. Link outputs made
//! without the script have no such symbols (they are weak): there the
//! constructors ran before `main`, as usual.
//!
//! `unsafe` room: calls the constructors exactly once, before any other LLVM
//! function, with no thread inside LLVM (the `OnceLock` orders it); installs
//! LLVM's fatal error handler; loads libmvec.

use super::assemble::Features;
use super::error::{LlvmError, Result};
use inkwell::OptimizationLevel;
use inkwell::targets::{CodeModel, InitializationConfig, RelocMode, Target, TargetMachine};
use std::cell::Cell;
use std::ffi::{CStr, CString, c_char};
use std::sync::OnceLock;

/// The machine that code is made for.
pub(super) struct Host {
    pub triple: String,
    pub cpu: String,
    pub cpu_features: String,
    pub features: Features,
}

type Constructor = unsafe extern "C" fn();

#[repr(C)]
struct Constructors {
    start: *const Constructor,
    end: *const Constructor,
}

std::arch::global_asm!(
    ".weak taipan_llvm_constructors_start",
    ".weak taipan_llvm_constructors_end",
    ".pushsection .data.rel.ro.taipan_llvm_constructors,\"aw\",@progbits",
    ".balign 8",
    ".globl taipan_llvm_constructors",
    ".hidden taipan_llvm_constructors",
    "taipan_llvm_constructors:",
    ".quad taipan_llvm_constructors_start",
    ".quad taipan_llvm_constructors_end",
    ".popsection",
);

unsafe extern "C" {
    static taipan_llvm_constructors: Constructors;
}

fn run_constructors() {
    // SAFETY: the pair delimits an array of function pointers that the linker
    // collected from `.init_array` sections, or is 0, 0.
    unsafe {
        let pair = std::ptr::read_volatile(&raw const taipan_llvm_constructors);
        let mut p = pair.start;
        while p < pair.end {
            (*p)();
            p = p.add(1);
        }
    }
}

/// What to do when LLVM gives up: never returns on a compile thread.
pub type FatalHook = fn(reason: &str) -> !;

thread_local! {
    static FATAL: Cell<Option<FatalHook>> = const { Cell::new(None) };
}

/// Makes LLVM's fatal errors on this thread end in `hook` instead of ending
/// the process.
pub(crate) fn on_fatal_error(hook: FatalHook) {
    FATAL.set(Some(hook));
}

extern "C" fn fatal(reason: *const c_char) {
    // SAFETY: LLVM passes a C string.
    let text = if reason.is_null() { "unknown".into() } else { unsafe { CStr::from_ptr(reason) }.to_string_lossy() };
    if let Some(hook) = FATAL.get() {
        hook(&text);
    }
    eprintln!("taipan: LLVM: {text}");
}

/// LLVM's command-line options that are always on; `TAIPAN_LLVM_ARGS` adds
/// more (words separated by blanks), for experiments.
const ARGUMENTS: &[&str] = &[
    "taipan",
    // A third to two thirds of code generation on loops over several arrays,
    // for no measurable gain: the loops arrive strength-reduced.
    "-disable-lsr",
    // A sum of floats in a loop without fastmath keeps its order, but what is
    // summed may be computed by vectors.
    "-force-ordered-reductions=true",
    // Loops that work for long on each line of memory see too little of what
    // comes next to keep the memory busy: they ask for lines some 5 KB ahead.
    // Distance over iterations is the smallest such loop, in instructions;
    // smaller ones (plain sums, copies) lose a tenth by asking. Only strides
    // of two lines and more: unrolled vector loops.
    "-cache-line-size=64",
    "-prefetch-distance=1600",
    "-max-prefetch-iters-ahead=48",
    "-min-prefetch-stride=128",
];

fn parse_arguments() {
    let more = std::env::var("TAIPAN_LLVM_ARGS").unwrap_or_default();
    let words = ARGUMENTS.iter().copied().chain(more.split_whitespace());
    let owned: Vec<CString> = words.filter_map(|w| CString::new(w).ok()).collect();
    let pointers: Vec<*const c_char> = owned.iter().map(|w| w.as_ptr()).collect();
    if pointers.len() > 1 {
        // SAFETY: LLVM copies what it keeps of the C strings.
        unsafe { inkwell::llvm_sys::support::LLVMParseCommandLineOptions(pointers.len() as i32, pointers.as_ptr(), std::ptr::null()) };
    }
}

fn set_up() -> Result<Host> {
    run_constructors();
    crate::queue::watch_exit();
    parse_arguments();
    // SAFETY: a plain C function pointer that lives for ever.
    unsafe { inkwell::llvm_sys::error_handling::LLVMInstallFatalErrorHandler(Some(fatal)) };
    let parts = InitializationConfig { asm_parser: false, asm_printer: true, base: true, disassembler: false, info: true, machine_code: true };
    Target::initialize_x86(&parts);
    let text = |s: inkwell::support::LLVMString| s.to_string_lossy().into_owned();
    let triple = TargetMachine::get_default_triple().as_str().to_string_lossy().into_owned();
    let cpu_features = text(TargetMachine::get_host_cpu_features());
    // SAFETY: loads a library of the C runtime; its handle is never closed.
    let vector_libm = unsafe { !libc::dlopen(c"libmvec.so.1".as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL).is_null() };
    let has = |f: &str| cpu_features.split(',').any(|x| x == f);
    let features = Features { avx2: has("+avx2") && has("+fma"), avx512: has("+avx512f") && has("+avx512dq"), vector_libm };
    Ok(Host { triple, cpu: text(TargetMachine::get_host_cpu_name()), cpu_features, features })
}

/// Initialises LLVM on the first call.
pub(super) fn init() -> Result<&'static Host> {
    static HOST: OnceLock<Result<Host>> = OnceLock::new();
    HOST.get_or_init(set_up).as_ref().map_err(Clone::clone)
}

impl Host {
    /// A target machine for in-memory code.
    pub fn machine(&self, level: OptimizationLevel) -> Result<TargetMachine> {
        let triple = inkwell::targets::TargetTriple::create(&self.triple);
        Target::from_triple(&triple)?
            .create_target_machine(&triple, &self.cpu, &self.cpu_features, level, RelocMode::PIC, CodeModel::Small)
            .ok_or_else(|| LlvmError(format!("no target machine for {}", self.triple)))
    }
}
