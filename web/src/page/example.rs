//! The examples that are served beside the page.

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Response};

use super::dom;
use crate::protocol::Problem;

/// A clean operating room: its name, relative to the page.
pub const EXAMPLE: &str = "example.pcapng";

/// The same with faults.
pub const FAULTY: &str = "example-faults.pcapng";

/// Fetches an example.
///
/// # Errors
///
/// If it is not there.
pub async fn fetch(name: &str) -> Result<Blob, Problem> {
    let fail = |why: String| Problem::new("The example cannot be opened", why);
    let window = dom::window().ok_or_else(|| fail("There is no window.".into()))?;
    let says = |error: JsValue| {
        let why = error.dyn_ref::<js_sys::Error>().map(|e| String::from(e.message()));
        fail(why.unwrap_or_else(|| "The browser does not say why.".into()))
    };
    let response: Response = JsFuture::from(window.fetch_with_str(name))
        .await
        .map_err(says)?
        .unchecked_into();
    if !response.ok() {
        return Err(fail(format!("The server answers {} for {name}.", response.status())));
    }
    let body: Promise = response.blob().map_err(says)?.unchecked_into();
    Ok(JsFuture::from(body).await.map_err(says)?.unchecked_into())
}
