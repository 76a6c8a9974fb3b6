//! `grainscope serve`: the page over HTTP.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use tokio::net::TcpListener;

use crate::{Failure, page};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  grainscope serve --listen 127.0.0.1:8080")]
pub(crate) struct Arguments {
    /// Address and port to listen on; a loopback address, for nobody is asked who they are
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    if !arguments.listen.ip().is_loopback() {
        return Err(Failure {
            code: 2,
            message: format!(
                "{} is not a loopback address: the page is served on this machine only",
                arguments.listen
            ),
        });
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::input(format!("cannot start: {error}")))?;
    runtime.block_on(serve(arguments.listen))
}

async fn serve(listen: SocketAddr) -> Result<(), Failure> {
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        Failure::input(format!(
            "cannot listen on {listen}: {error}; choose another by --listen 127.0.0.1:PORT"
        ))
    })?;
    let address = listener.local_addr().unwrap_or(listen);
    println!("Grainscope is at http://{address}/  (Ctrl-C ends it)");
    let app = Router::new().fallback(answer);
    axum::serve(listener, app)
        .with_graceful_shutdown(async {
            // Without a signal to wait for, serving goes on until the process is killed.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        })
        .await
        .map_err(|error| Failure::input(format!("serving ended: {error}")))
}

/// Answers with a file of the page. Only what is part of the binary is ever served, never the disk.
async fn answer(uri: Uri, headers: HeaderMap) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    if !is_local(&headers) {
        *response.status_mut() = StatusCode::FORBIDDEN;
        *response.body_mut() = Body::from("ask for this page by 127.0.0.1 or localhost\n");
        return response;
    }
    let Some(asset) = page::asset(uri.path()) else {
        *response.status_mut() = StatusCode::NOT_FOUND;
        *response.body_mut() = Body::from("there is no such file in the page\n");
        return response;
    };
    let accept = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let (bytes, encoding) = asset.encoded(accept);
    *response.body_mut() = Body::from(bytes);
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    out.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    out.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let caching = if asset.immutable {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// Whether the request names a loopback host: another name may be a page elsewhere that had itself resolved to us (DNS
/// rebinding).
fn is_local(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
