package demo

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
)

// photo is a picture of a tree, as a forester's tablet would take it but drawn. The same seed gives the same bytes.
func photo(seed int) ([]byte, error) {
	const w, h = 320, 240
	picture := image.NewRGBA(image.Rect(0, 0, w, h))
	trunk, crown := w/2+seed%40-20, 60+float64(seed%15)
	for y := range h {
		for x := range w {
			picture.Set(x, y, colourAt(x, y, trunk, crown, h, seed))
		}
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, picture, &jpeg.Options{Quality: 85}); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}

func colourAt(x, y, trunk int, crown float64, h, seed int) color.RGBA {
	noise := uint8((x*x*7 + y*y*13 + x*y*3 + seed*31) % 29)
	dx, dy := float64(x-trunk), float64(y-h/2+20)
	switch {
	case math.Hypot(dx, dy)+6*math.Sin(4*math.Atan2(dy, dx)+float64(seed)) < crown: // leaves
		return color.RGBA{R: 40 + noise, G: 95 + 2*noise, B: 35, A: 255}
	case x > trunk-8 && x < trunk+8 && y > h/2 && y < h-25:
		return color.RGBA{R: 95 + noise, G: 65 + noise, B: 40, A: 255}
	case y > h-40: // meadow
		return color.RGBA{R: 110, G: 140 + noise, B: 70, A: 255}
	default: // sky
		shade := uint8(y / 3)
		return color.RGBA{R: 130 + shade, G: 175 + shade/2, B: 235, A: 255}
	}
}
