"""The Lambda runtime: workers that run deployed zips under AWS's runtime interface client."""
