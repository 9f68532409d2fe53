//! Running what the command line names, as CPython does.

use std::{
    env, fs,
    io::{self, IsTerminal, Read},
    path::Path,
};

use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyCode, PyDictRef},
    convert::TryFromObject,
    scope::Scope,
};

use crate::{floor_division::divided, start::site};

use super::{
    options::{Options, Program},
    repl,
};

/// Exit status when the script cannot be opened.
const CANNOT_OPEN: i32 = 2;

/// Prepares `__main__` and `sys.path`, runs the program, then the prompt if
/// one was asked for. The error is what leaves the program.
pub fn run(vm: &VirtualMachine, options: &Options) -> PyResult<()> {
    let scope = vm.new_scope_with_main()?;
    let interactive = io::stdin().is_terminal() || options.settings.interactive;
    prepare(vm, options, interactive && options.program == Program::Unnamed)?;

    let outcome = match &options.program {
        Program::Unnamed if interactive => return repl::run(vm, scope, !options.settings.quiet),
        Program::Unnamed | Program::Stdin => {
            prepend_path(vm, options, String::new())?;
            run_stdin(vm, &scope)
        }
        Program::Command(text) => {
            prepend_path(vm, options, String::new())?;
            run_command(vm, scope.clone(), text)
        }
        Program::Module(name) => {
            prepend_path(vm, options, absolute(""))?;
            vm.run_module(name)
        }
        Program::Script(path) => run_script(vm, options, scope.clone(), path),
        Program::Help => unreachable!("answered before the interpreter starts"),
    };

    let inspect = options.settings.inspect
        || (!options.settings.ignore_environment
            && env::var_os("PYTHONINSPECT").is_some_and(|v| !v.is_empty()));
    if !inspect {
        return outcome;
    }
    if let Err(exception) = outcome {
        vm.print_exception(&exception);
    }
    repl::run(vm, scope, false)
}

/// What every program finds imported and set up.
fn prepare(vm: &VirtualMachine, options: &Options, prompt: bool) -> PyResult<()> {
    let settings = &options.settings;
    // The filters of -W and -b are read by this module; without any, the
    // built-in part knows the defaults and the import can wait for its user.
    if !settings.warnoptions.is_empty() {
        vm.import("warnings", 0)?;
    }
    if settings.import_site
        && let Err(exception) = site::run(vm, settings, prompt)
    {
        vm.print_exception(&exception);
    }
    if settings.faulthandler {
        let module = vm.import("faulthandler", 0)?;
        module.get_attr("enable", vm)?.call((), vm)?;
    }
    Ok(())
}

/// Puts `path` at the front of `sys.path`, unless `-P` or `-I` forbids.
fn prepend_path(vm: &VirtualMachine, options: &Options, path: String) -> PyResult<()> {
    if options.settings.safe_path {
        return Ok(());
    }
    vm.insert_sys_path(vm.new_pyobj(path))
}

/// `-c`.
fn run_command(vm: &VirtualMachine, scope: Scope, text: &str) -> PyResult<()> {
    let text = dedent(text);
    let text = divided(&text).unwrap_or(text);
    vm.run_string(scope, &text, "<string>").map(drop)
}

/// `-`, or a pipe: the whole of standard input is one program.
fn run_stdin(vm: &VirtualMachine, scope: &Scope) -> PyResult<()> {
    let mut source = Vec::new();
    io::stdin()
        .read_to_end(&mut source)
        .map_err(|error| vm.new_os_error(error.to_string()))?;
    run_bytes(vm, scope, source, "<stdin>")
}

/// Runs source bytes; the built-in `compile` obeys marks and cookies of
/// encoding and reports what cannot be decoded.
fn run_bytes(vm: &VirtualMachine, scope: &Scope, source: Vec<u8>, name: &str) -> PyResult<()> {
    let compile = vm.builtins.get_attr("compile", vm)?;
    let code = compile.call((vm.ctx.new_bytes(source), name.to_owned(), "exec"), vm)?;
    let code = code
        .downcast::<PyCode>()
        .map_err(|_| vm.new_type_error("compile() returned no code object"))?;
    vm.run_code_obj(code, scope.clone()).map(drop)
}

/// A file, a directory or a zip archive.
fn run_script(vm: &VirtualMachine, options: &Options, scope: Scope, name: &str) -> PyResult<()> {
    let path = absolute(name);
    let metadata = match fs::metadata(&path) {
        Ok(metadata) => metadata,
        Err(error) => return Err(cannot_open(vm, &path, &error)),
    };
    if !metadata.is_dir() && !metadata.is_file() {
        // A pipe or a device can be read once only.
        let source = match fs::read(&path) {
            Ok(source) => source,
            Err(error) => return Err(cannot_open(vm, &path, &error)),
        };
        prepend_path(vm, options, directory_of(name))?;
        scope.globals.set_item("__file__", vm.new_pyobj(path.clone()), vm)?;
        return run_bytes(vm, &scope, source, &path);
    }
    let source = path.ends_with(".py");
    if (metadata.is_dir() || !source && is_archive(&path)) && has_importer(vm, &path)? {
        vm.insert_sys_path(vm.new_pyobj(path))?;
        let runner = vm.import("runpy", 0)?.get_attr("_run_module_as_main", vm)?;
        return runner.call(("__main__", false), vm).map(drop);
    }
    if metadata.is_dir() {
        let program = &vm.state.config.paths.executable;
        eprintln!("{program}: can't find '__main__' module in '{path}'");
        return Err(exit_with(vm, 1));
    }
    if let Err(error) = fs::File::open(&path) {
        return Err(cannot_open(vm, &path, &error));
    }
    prepend_path(vm, options, directory_of(name))?;
    if options.skip_first_line {
        let source = fs::read(&path).map_err(|error| vm.new_os_error(error.to_string()))?;
        let end = source.iter().position(|&b| b == b'\n').unwrap_or(source.len());
        scope.globals.set_item("__file__", vm.new_pyobj(path.clone()), vm)?;
        // The newline stays, so that line numbers do.
        return run_bytes(vm, &scope, source[end..].to_vec(), &path);
    }
    // The interpreter reads the file itself, past the built-in `compile`.
    if let Ok(source) = fs::read(&path)
        && std::str::from_utf8(&source).is_ok_and(|text| divided(text).is_some())
    {
        scope.globals.set_item("__file__", vm.new_pyobj(path.clone()), vm)?;
        return run_bytes(vm, &scope, source, &path);
    }
    vm.run_any_file(scope, &path)
}

/// Zip archives begin with a local or an end-of-directory record, or carry one
/// behind a script's first line: only a look at the end can tell.
fn is_archive(path: &str) -> bool {
    let end_record = b"PK\x05\x06";
    let Ok(mut file) = fs::File::open(path) else {
        return false;
    };
    let mut tail = Vec::new();
    let length = file.metadata().map_or(0, |m| if m.is_file() { m.len() } else { 0 });
    let window = length.min(22 + 65_535);
    io::Seek::seek(&mut file, io::SeekFrom::Start(length - window)).is_ok()
        && file.take(window).read_to_end(&mut tail).is_ok()
        && tail.windows(end_record.len()).any(|w| w == end_record)
}

/// Whether one of `sys.path_hooks` imports from `path`.
fn has_importer(vm: &VirtualMachine, path: &str) -> PyResult<bool> {
    let cache = vm.sys_module.get_attr("path_importer_cache", vm)?;
    let cache = PyDictRef::try_from_object(vm, cache)?;
    let path = vm.ctx.new_str(path);
    let hooks: Vec<PyObjectRef> = vm.sys_module.get_attr("path_hooks", vm)?.try_into_value(vm)?;
    for hook in hooks {
        match hook.call((path.clone(),), vm) {
            Ok(importer) => {
                // A directory has an importer whatever is in it.
                let spec = vm.call_method(&importer, "find_spec", ("__main__",))?;
                cache.set_item(path.as_object(), importer, vm)?;
                return Ok(!vm.is_none(&spec));
            }
            Err(e) if e.fast_isinstance(vm.ctx.exceptions.import_error) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(false)
}

fn cannot_open(vm: &VirtualMachine, path: &str, error: &io::Error) -> PyBaseExceptionRef {
    let program = &vm.state.config.paths.executable;
    let number = error.raw_os_error().unwrap_or(libc::ENOENT);
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    eprintln!("{program}: can't open file '{path}': [Errno {number}] {text}");
    exit_with(vm, CANNOT_OPEN)
}

fn exit_with(vm: &VirtualMachine, status: i32) -> PyBaseExceptionRef {
    vm.new_system_exit(vec![vm.ctx.new_int(status).into()].into())
}

/// `path` from the root, not otherwise changed.
fn absolute(path: &str) -> String {
    let Ok(here) = env::current_dir() else {
        return path.to_owned();
    };
    let here = here.to_string_lossy().into_owned();
    match path {
        "" | "." => here,
        _ if Path::new(path).is_absolute() => path.to_owned(),
        _ => format!("{}/{path}", here.trim_end_matches('/')),
    }
}

/// The directory that really holds the script: links are followed.
fn directory_of(script: &str) -> String {
    let real = fs::canonicalize(script).unwrap_or_else(|_| script.into());
    let parent = real.parent().unwrap_or(Path::new(""));
    parent.to_string_lossy().into_owned()
}

/// Takes off the indentation that all lines of a `-c` text share.
fn dedent(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let blank = |line: &str| line.trim().is_empty();
    let mut lines = text.lines().filter(|line| !blank(line));
    let Some(first) = lines.next() else {
        return text.to_owned();
    };
    let mut common = &first[..indent(first)];
    for line in lines {
        let shared = common.bytes().zip(line.bytes()).take_while(|(a, b)| a == b).count();
        common = &common[..shared];
    }
    if common.is_empty() {
        return text.to_owned();
    }
    let stripped = text.split('\n').map(|line| line.strip_prefix(common).unwrap_or(""));
    stripped.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_indentation_goes() {
        assert_eq!(dedent("  if 1:\n\n    x\n  y"), "if 1:\n\n  x\ny");
        assert_eq!(dedent("a\n  b"), "a\n  b");
        assert_eq!(dedent("\ta\n  b"), "\ta\n  b");
    }

    #[test]
    fn relative_paths_are_joined_not_resolved() {
        let here = env::current_dir().unwrap().to_string_lossy().into_owned();
        assert_eq!(absolute("../x.py"), format!("{here}/../x.py"));
        assert_eq!(absolute("/x.py"), "/x.py");
    }
}
