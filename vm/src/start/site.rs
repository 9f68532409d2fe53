//! What the module `site` does at the start of every program, without running
//! it when there is nothing for it to find.
//!
//! `site` looks for directories of installed packages, a virtual environment,
//! `sitecustomize` and `usercustomize`, and gives the program `exit` and its
//! kin. It imports `os` for that: a third of the time of an empty script.
//! Whether there is anything to find a few look-ups in the file system tell. If
//! not, the builtins are set here and `site` waits for its first use; if there
//! is, or if in doubt, `site` runs as ever.

use std::{env, ffi::OsStr, path::Path, sync::OnceLock};

use rustpython_vm::{
    PyObject, PyObjectRef, PyPayload, PyResult, Settings, VirtualMachine, function::FuncArgs,
};

use super::{
    deferred,
    site_builtins::{Helper, Printer, Quitter},
};

/// `sys.path` as `site` would have found it.
static PATH_AT_START: OnceLock<Vec<String>> = OnceLock::new();

/// What `credits` prints.
const CREDITS: &str = "\
Taipan runs on RustPython and compiles with LLVM, and it does what Python,
NumPy and Numba have shown to be worth doing. Thanks to all who work on them.";

/// Sets up what `site` sets up. `prompt` says that an interactive prompt is
/// what is being started.
///
/// # Errors
/// What `site` raises.
pub fn run(vm: &VirtualMachine, settings: &Settings, prompt: bool) -> PyResult<()> {
    let path: Option<Vec<String>> = vm.sys_module.get_attr("path", vm)?.try_into_value(vm).ok();
    match path {
        Some(path) if !prompt && nothing_to_find(vm, settings, &path) => {
            let _ = PATH_AT_START.set(path);
            set_builtins(vm)?;
            if !settings.isolated {
                let hook = vm.new_function("register_readline", interactive_hook);
                vm.sys_module.set_attr("__interactivehook__", hook, vm)?;
            }
            deferred::install(vm, "site", run_late)
        }
        _ => {
            vm.import("site", 0)?;
            vm.builtins.set_attr("credits", credits(vm), vm)
        }
    }
}

/// `sys.__interactivehook__` until `site` runs and sets its own.
fn interactive_hook(_args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    vm.import("site", 0)?.get_attr("register_readline", vm)?.call((), vm)
}

/// Runs `site` with the `sys.path` of the start, so that what the program has
/// put there since is not taken for a place of customization.
fn run_late(vm: &VirtualMachine, name: &'static str, module: &PyObject) -> PyResult<()> {
    let path = vm.sys_module.get_attr("path", vm)?;
    let at_start = PATH_AT_START.get().into_iter().flatten();
    let at_start = at_start.map(|entry| vm.ctx.new_str(entry.as_str()).into()).collect();
    vm.sys_module.set_attr("path", vm.ctx.new_list(at_start), vm)?;
    let outcome = deferred::execute(vm, name, module);
    vm.sys_module.set_attr("path", path, vm)?;
    outcome
}

fn credits(vm: &VirtualMachine) -> PyObjectRef {
    Printer::new("credits", CREDITS.to_owned(), Vec::new()).into_pyobject(vm)
}

fn set_builtins(vm: &VirtualMachine) -> PyResult<()> {
    vm.import("_sitebuiltins", 0)?;
    for name in ["quit", "exit"] {
        let eof = vm.ctx.new_str("Ctrl-D (i.e. EOF)");
        let quitter = Quitter::new(vm.ctx.new_str(name).into(), eof.into());
        vm.builtins.set_attr(name, quitter.into_pyobject(vm), vm)?;
    }
    let copyright = vm.sys_module.get_attr("copyright", vm)?.str(vm)?.to_string();
    let license = "See https://www.python.org/psf/license/".to_owned();
    let mut files = Vec::new();
    if let Some(library) = &vm.state.config.paths.stdlib_dir {
        for directory in [format!("{library}/.."), library.clone(), ".".to_owned()] {
            files.extend(["LICENSE.txt", "LICENSE"].map(|file| format!("{directory}/{file}")));
        }
    }
    let copyright = Printer::new("copyright", copyright, Vec::new());
    let license = Printer::new("license", license, files);
    vm.builtins.set_attr("copyright", copyright.into_pyobject(vm), vm)?;
    vm.builtins.set_attr("credits", credits(vm), vm)?;
    vm.builtins.set_attr("license", license.into_pyobject(vm), vm)?;
    vm.builtins.set_attr("help", Helper.into_pyobject(vm), vm)
}

/// Whether `site` would change nothing but builtins.
fn nothing_to_find(vm: &VirtualMachine, settings: &Settings, path: &[String]) -> bool {
    let paths = &vm.state.config.paths;
    let Some(base) = user_base() else {
        return false;
    };
    let python = format!(
        "rustpython{}.{}",
        rustpython_vm::version::MAJOR,
        rustpython_vm::version::MINOR
    );
    // Directories of installed packages have the interpreter's name with or
    // without flags; their parents are rare enough.
    let installed = [paths.prefix.as_str(), paths.exec_prefix.as_str(), base.as_str()]
        .into_iter()
        .any(|prefix| holds(&Path::new(prefix).join("lib"), &python));
    let environment = Path::new(&paths.executable)
        .ancestors()
        .skip(1)
        .take(2)
        .any(|directory| directory.join("pyvenv.cfg").exists());
    settings.verbose == 0
        && !installed
        && !environment
        && is_normal(path)
        && !path.iter().any(|entry| is_customized(Path::new(entry)))
}

/// Where the user's own packages are installed under; None if unclear.
fn user_base() -> Option<String> {
    match env::var_os("PYTHONUSERBASE").filter(|base| !base.is_empty()) {
        Some(base) => base.into_string().ok(),
        None => {
            let home = env::var_os("HOME").filter(|home| !home.is_empty())?;
            Some(format!("{}/.local", home.into_string().ok()?))
        }
    }
}

/// Is there an entry of `directory` whose name begins with `prefix`?
fn holds(directory: &Path, prefix: &str) -> bool {
    let Ok(entries) = directory.read_dir() else {
        return false;
    };
    let begins = |name: &OsStr| name.as_encoded_bytes().starts_with(prefix.as_bytes());
    entries.flatten().any(|entry| begins(&entry.file_name()))
}

/// Are all entries absolute, without detours, and different?
fn is_normal(path: &[String]) -> bool {
    let plain = |entry: &String| {
        entry.len() > 1
            && entry.starts_with('/')
            && entry.split('/').skip(1).all(|part| !matches!(part, "" | "." | ".."))
    };
    path.iter().all(plain) && (1..path.len()).all(|i| !path[..i].contains(&path[i]))
}

/// Could `sitecustomize` or `usercustomize` be imported from `entry`?
fn is_customized(entry: &Path) -> bool {
    // An archive is not looked into.
    entry.is_file() || holds(entry, "sitecustomize") || holds(entry, "usercustomize")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detours_and_repetitions_are_left_to_site() {
        let normal = |path: &[&str]| is_normal(&path.iter().map(|&p| p.to_owned()).collect::<Vec<_>>());
        assert!(normal(&["/usr/lib/python3.14", "/usr/lib"]));
        for path in ["", "lib", "/", "/usr/", "/usr//lib", "/usr/./lib", "/usr/../lib"] {
            assert!(!normal(&["/a", path]), "{path}");
        }
        assert!(!normal(&["/a", "/b", "/a"]));
    }
}
