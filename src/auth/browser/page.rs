//! The pages that the browser shows at the end of a sign-in.

use html_escape::encode_text;
use http::StatusCode;

use super::BrowserError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub status: StatusCode,
    /// Plain text, like `text`; the page escapes both.
    pub headline: String,
    pub text: String,
}

impl Page {
    fn new(status: StatusCode, headline: impl Into<String>, text: impl Into<String>) -> Page {
        Page {
            status,
            headline: headline.into(),
            text: text.into(),
        }
    }

    pub(crate) fn signed_in(context: &str) -> Page {
        let headline = format!("Signed in to {context}.");
        Page::new(StatusCode::OK, headline, "You can close this window.")
    }

    pub(crate) fn not_signed_in(context: &str) -> Page {
        let text = "The terminal shows the reason. You can close this window.";
        let headline = format!("Could not sign in to {context}.");
        Page::new(StatusCode::BAD_REQUEST, headline, text)
    }

    pub(crate) fn of_error(context: &str, error: &BrowserError) -> Page {
        let mut page = Page::not_signed_in(context);
        if let BrowserError::Refused(words) = error {
            if words.contains("access_denied") {
                page.headline = format!("The sign-in to {context} was cancelled.");
            }
            page.text = format!("Reason: {words}. You can close this window.");
        }
        page
    }

    pub(super) fn of_another_sign_in() -> Page {
        Page::new(
            StatusCode::BAD_REQUEST,
            "This page belongs to another sign-in.",
            "Return to the browser window that `tasks` opened.",
        )
    }

    pub(super) fn not_found() -> Page {
        let text = "Return to the browser window that `tasks` opened.";
        Page::new(StatusCode::NOT_FOUND, "Page not found.", text)
    }

    /// The whole HTTP response.
    pub(super) fn response(&self) -> String {
        let (headline, text) = (encode_text(&self.headline), encode_text(&self.text));
        let page = format!(
            "<!DOCTYPE html>\n\
             <html lang=\"en\">\n\
             <head>\n\
             <meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <link rel=\"icon\" href=\"data:,\">\n\
             <title>{headline}</title>\n\
             <style>\n\
             :root {{ color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif }}\n\
             body {{ max-width: 32rem; margin: 20vh auto 0; padding: 0 1rem }}\n\
             h1 {{ font-size: 1.5rem; line-height: 1.25 }}\n\
             h1, p {{ overflow-wrap: anywhere }}\n\
             </style>\n\
             </head>\n\
             <body>\n\
             <h1>{headline}</h1>\n\
             <p>{text}</p>\n\
             </body>\n\
             </html>\n"
        );
        format!(
            "HTTP/1.1 {}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
             Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:\r\n\
             Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{page}",
            self.status,
            page.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn final_pages_escape_text_from_outside() {
        let refused = BrowserError::Refused("<script>&\u{202e} (access_denied)".to_owned());
        let page = Page::of_error("<b>", &refused).response();
        assert!(page.contains("The sign-in to &lt;b&gt; was cancelled."));
        assert!(page.contains("Reason: &lt;script&gt;&amp;"), "{page}");
        assert!(!page.contains("<b>") && !page.contains("<script>"));
    }

    #[test]
    fn final_pages_have_a_language_and_a_viewport() {
        for page in [
            Page::signed_in("eu"),
            Page::not_signed_in("eu"),
            Page::of_another_sign_in(),
            Page::not_found(),
        ] {
            let html = page.response();
            assert!(html.starts_with(&format!("HTTP/1.1 {}\r\n", page.status)));
            assert!(html.contains("<html lang=\"en\">") && html.contains("name=\"viewport\""));
        }
    }
}
