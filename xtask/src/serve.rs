//! `cargo xtask serve`: from a fresh clone to the page.

use std::process::Command;

use anyhow::Result;

use crate::{native, page, process};

/// Builds the page and the native binary, then serves until interrupted.
pub(crate) fn run(open: bool, arguments: &[String]) -> Result<()> {
    page::build(true)?;
    let binary = native::build(true)?;
    let mut serve = Command::new(binary);
    serve.arg("serve").args(arguments);
    if !open {
        return process::run(&mut serve);
    }
    let mut opened = false;
    process::tee(&mut serve, |line| {
        if let (false, Some(address)) = (opened, address(line)) {
            opened = true;
            open_browser(address);
        }
    })
    .map(|_| ())
}

/// The first address in what the server says.
fn address(line: &str) -> Option<&str> {
    let address = &line[line.find("http://")?..];
    address.split_whitespace().next()
}

fn open_browser(address: &str) {
    let (program, arguments): (&str, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("cmd", &["/c", "start", ""]),
        _ => ("xdg-open", &[]),
    };
    if let Err(error) = Command::new(program).args(arguments).arg(address).spawn() {
        eprintln!("cannot open a browser ({program}: {error}): open {address} yourself");
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn the_address_is_found_in_a_sentence() {
        assert_eq!(
            address("Grainscope is at http://127.0.0.1:8080/ until Ctrl-C"),
            Some("http://127.0.0.1:8080/")
        );
        assert_eq!(address("starting"), None);
    }
}
