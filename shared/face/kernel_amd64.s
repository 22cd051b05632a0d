#include "textflag.h"
#include "go_asm.h"

// func dotLanesAVX2(a, b *float32, n int) float32
TEXT ·dotLanesAVX2(SB), NOSPLIT, $0-28
	MOVQ   a+0(FP), SI
	MOVQ   b+8(FP), DI
	MOVQ   n+16(FP), CX
	VXORPS Y0, Y0, Y0      // lanes 0-7
	VXORPS Y1, Y1, Y1      // 8-15
	VXORPS Y2, Y2, Y2      // 16-23
	VXORPS Y3, Y3, Y3      // 24-31

dotNext:
	VMOVUPS (SI), Y4
	VMOVUPS 32(SI), Y5
	VMOVUPS 64(SI), Y6
	VMOVUPS 96(SI), Y7
	VMULPS  (DI), Y4, Y4
	VMULPS  32(DI), Y5, Y5
	VMULPS  64(DI), Y6, Y6
	VMULPS  96(DI), Y7, Y7
	VADDPS  Y4, Y0, Y0
	VADDPS  Y5, Y1, Y1
	VADDPS  Y6, Y2, Y2
	VADDPS  Y7, Y3, Y3
	ADDQ    $128, SI
	ADDQ    $128, DI
	SUBQ    $32, CX
	JG      dotNext

	VADDPS       Y1, Y0, Y0
	VADDPS       Y3, Y2, Y2
	VADDPS       Y2, Y0, Y0
	VEXTRACTF128 $1, Y0, X1
	VADDPS       X1, X0, X0 // four lanes
	VMOVHLPS     X0, X0, X1
	VADDPS       X1, X0, X0 // 0+2, 1+3
	VMOVSHDUP    X0, X1
	VADDSS       X1, X0, X0
	VMOVSS       X0, ret+24(FP)
	VZEROUPPER
	RET

// func scanAVX2(codes, norms *byte, blocks int, q *query, bar float32, bounds *[16]float32) int
TEXT ·scanAVX2(SB), NOSPLIT, $0-56
	MOVQ         codes+0(FP), SI
	MOVQ         norms+8(FP), DI
	MOVQ         blocks+16(FP), CX
	MOVQ         q+24(FP), BX
	VBROADCASTSS bar+32(FP), Y15
	MOVQ         bounds+40(FP), R8
	MOVQ         query_width(BX), DX
	SHRQ         $2, DX                     // groups of four bytes
	VPCMPEQW     Y14, Y14, Y14
	VPSRLW       $15, Y14, Y14              // ones
	VPBROADCASTD query_offset(BX), Y13
	VBROADCASTSS query_scale(BX), Y12
	VBROADCASTSS query_base(BX), Y11
	VBROADCASTSS query_inner(BX), Y10
	VBROADCASTSS query_outer(BX), Y9
	VPCMPEQD     Y8, Y8, Y8
	VPSRLD       $24, Y8, Y8                // unbounded
	XORQ         AX, AX

avxBlock:
	CMPQ    AX, CX
	JGE     avxDone
	VMOVDQA Y13, Y0                         // rows 0-7
	VMOVDQA Y13, Y1                         // rows 8-15
	LEAQ    query_code(BX), R9
	MOVQ    DX, R10

avxGroup:
	VPBROADCASTD (R9), Y2
	VMOVDQU      (SI), Y3
	VMOVDQU      32(SI), Y4
	VPMADDUBSW   Y2, Y3, Y3
	VPMADDUBSW   Y2, Y4, Y4
	VPMADDWD     Y14, Y3, Y3
	VPMADDWD     Y14, Y4, Y4
	VPADDD       Y3, Y0, Y0
	VPADDD       Y4, Y1, Y1
	ADDQ         $64, SI
	ADDQ         $4, R9
	DECQ         R10
	JNZ          avxGroup

	VCVTDQ2PS Y0, Y0
	VCVTDQ2PS Y1, Y1
	VMULPS    Y12, Y0, Y0
	VMULPS    Y12, Y1, Y1
	VADDPS    Y11, Y0, Y0
	VADDPS    Y11, Y1, Y1
	VPMOVZXBD (DI), Y2
	VPMOVZXBD 8(DI), Y3
	VPCMPEQD  Y8, Y2, Y6
	VPCMPEQD  Y8, Y3, Y7
	VCVTDQ2PS Y2, Y2
	VCVTDQ2PS Y3, Y3
	VMULPS    Y10, Y2, Y2
	VMULPS    Y10, Y3, Y3
	VADDPS    Y2, Y0, Y0
	VADDPS    Y3, Y1, Y1
	VPMOVZXBD 16(DI), Y2
	VPMOVZXBD 24(DI), Y3
	VCVTDQ2PS Y2, Y2
	VCVTDQ2PS Y3, Y3
	VMULPS    Y9, Y2, Y2
	VMULPS    Y9, Y3, Y3
	VADDPS    Y2, Y0, Y0
	VADDPS    Y3, Y1, Y1
	VPOR      Y6, Y0, Y0
	VPOR      Y7, Y1, Y1
	VCMPPS    $0x15, Y15, Y0, Y2            // not below the bar, or unknown
	VCMPPS    $0x15, Y15, Y1, Y3
	VORPS     Y3, Y2, Y2
	VMOVMSKPS Y2, R11
	TESTL     R11, R11
	JNZ       avxReached
	ADDQ      $32, DI
	INCQ      AX
	JMP       avxBlock

avxReached:
	VMOVUPS Y0, (R8)
	VMOVUPS Y1, 32(R8)

avxDone:
	MOVQ AX, ret+48(FP)
	VZEROUPPER
	RET

// func scanVNNI(codes, norms *byte, blocks int, q *query, bar float32, bounds *[16]float32) int
TEXT ·scanVNNI(SB), NOSPLIT, $0-56
	MOVQ         codes+0(FP), SI
	MOVQ         norms+8(FP), DI
	MOVQ         blocks+16(FP), CX
	MOVQ         q+24(FP), BX
	VBROADCASTSS bar+32(FP), Z15
	MOVQ         bounds+40(FP), R8
	MOVQ         query_width(BX), DX
	SHRQ         $2, DX
	VPBROADCASTD query_offset(BX), Z13
	VBROADCASTSS query_scale(BX), Z12
	VBROADCASTSS query_base(BX), Z11
	VBROADCASTSS query_inner(BX), Z10
	VBROADCASTSS query_outer(BX), Z9
	VPTERNLOGD   $0xff, Z7, Z7, Z7          // unknown
	VPSRLD       $24, Z7, Z8                // unbounded
	XORQ         AX, AX

vnniBlock:
	CMPQ      AX, CX
	JGE       vnniDone
	VMOVDQA32 Z13, Z0
	VPXORD    Z1, Z1, Z1
	LEAQ      query_code(BX), R9
	MOVQ      DX, R10
	SUBQ      $2, R10
	JL        vnniLast

vnniPair:
	VMOVDQU32     (SI), Z3
	VMOVDQU32     64(SI), Z4
	VPDPBUSD.BCST (R9), Z3, Z0
	VPDPBUSD.BCST 4(R9), Z4, Z1
	ADDQ          $128, SI
	ADDQ          $8, R9
	SUBQ          $2, R10
	JGE           vnniPair

vnniLast:
	TESTQ         $1, R10
	JZ            vnniBound
	VMOVDQU32     (SI), Z3
	VPDPBUSD.BCST (R9), Z3, Z0
	ADDQ          $64, SI

vnniBound:
	VPADDD    Z1, Z0, Z0
	VCVTDQ2PS Z0, Z0
	VMULPS    Z12, Z0, Z0
	VADDPS    Z11, Z0, Z0
	VPMOVZXBD (DI), Z2
	VPCMPEQD  Z8, Z2, K1
	VCVTDQ2PS Z2, Z2
	VMULPS    Z10, Z2, Z2
	VADDPS    Z2, Z0, Z0
	VPMOVZXBD 16(DI), Z3
	VCVTDQ2PS Z3, Z3
	VMULPS    Z9, Z3, Z3
	VADDPS    Z3, Z0, Z0
	VMOVDQA32 Z7, K1, Z0
	VCMPPS    $0x15, Z15, Z0, K2
	KMOVW     K2, R11
	TESTL     R11, R11
	JNZ       vnniReached
	ADDQ      $32, DI
	INCQ      AX
	JMP       vnniBlock

vnniReached:
	VMOVUPS Z0, (R8)

vnniDone:
	MOVQ AX, ret+48(FP)
	VZEROUPPER
	RET
